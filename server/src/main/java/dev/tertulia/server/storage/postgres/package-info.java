/// PostgreSQL as the database of a log: its address, its connections, its tables. Nothing of it is
/// loaded while a server runs on SQLite. Not offered to users yet: only tests open one.
@NullMarked
package dev.tertulia.server.storage.postgres;

import org.jspecify.annotations.NullMarked;
