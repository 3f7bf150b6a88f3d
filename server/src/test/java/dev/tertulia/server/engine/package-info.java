/// Units of `engine`, without a process that could end.
@NullMarked
package dev.tertulia.server.engine;

import org.jspecify.annotations.NullMarked;
