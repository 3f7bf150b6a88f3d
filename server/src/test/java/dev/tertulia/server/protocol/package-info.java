/// The words of the wire.
@NullMarked
package dev.tertulia.server.protocol;

import org.jspecify.annotations.NullMarked;
