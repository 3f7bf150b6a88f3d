/// Units of `protocol.stream`.
@NullMarked
package dev.tertulia.server.protocol.stream;

import org.jspecify.annotations.NullMarked;
