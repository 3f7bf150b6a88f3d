/// Units of `presence`.
@NullMarked
package dev.tertulia.server.presence;

import org.jspecify.annotations.NullMarked;
