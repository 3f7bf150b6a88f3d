/// Units of `storage.postgres`.
@NullMarked
package dev.tertulia.server.storage.postgres;

import org.jspecify.annotations.NullMarked;
