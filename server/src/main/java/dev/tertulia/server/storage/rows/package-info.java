/// The rows of every table, their checksums, and the statements that write and read them.
@NullMarked
package dev.tertulia.server.storage.rows;

import org.jspecify.annotations.NullMarked;
