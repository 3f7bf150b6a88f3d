/// Units of `storage.rows`.
@NullMarked
package dev.tertulia.server.storage.rows;

import org.jspecify.annotations.NullMarked;
