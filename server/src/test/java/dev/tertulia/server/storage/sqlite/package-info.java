/// Units of `storage.sqlite`.
@NullMarked
package dev.tertulia.server.storage.sqlite;

import org.jspecify.annotations.NullMarked;
