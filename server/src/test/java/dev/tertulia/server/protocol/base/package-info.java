/// Units of `protocol.base`.
@NullMarked
package dev.tertulia.server.protocol.base;

import org.jspecify.annotations.NullMarked;
