/// Units of `storage`, without network or clock.
@NullMarked
package dev.tertulia.server.storage;

import org.jspecify.annotations.NullMarked;
