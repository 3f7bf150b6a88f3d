/// The SQLite database: its files, connections, schema, checkpoints and readers.
@NullMarked
package dev.tertulia.server.storage.sqlite;

import org.jspecify.annotations.NullMarked;
