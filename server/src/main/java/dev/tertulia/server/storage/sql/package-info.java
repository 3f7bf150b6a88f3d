/// What a log needs of a database, whichever it is: connections to write and to read, and the
/// threads that read.
@NullMarked
package dev.tertulia.server.storage.sql;

import org.jspecify.annotations.NullMarked;
