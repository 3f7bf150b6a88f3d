/// Units of `storage.sql`.
@NullMarked
package dev.tertulia.server.storage.sql;

import org.jspecify.annotations.NullMarked;
