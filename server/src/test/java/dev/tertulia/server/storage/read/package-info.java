/// Units of `storage.read`.
@NullMarked
package dev.tertulia.server.storage.read;

import org.jspecify.annotations.NullMarked;
