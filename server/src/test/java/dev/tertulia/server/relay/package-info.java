/// Units of `relay`.
@NullMarked
package dev.tertulia.server.relay;

import org.jspecify.annotations.NullMarked;
