/// Units of `protocol.full`.
@NullMarked
package dev.tertulia.server.protocol.full;

import org.jspecify.annotations.NullMarked;
