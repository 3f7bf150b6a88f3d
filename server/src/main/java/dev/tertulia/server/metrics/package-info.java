/// What a server counts and measures of itself, and how that is read.
@NullMarked
package dev.tertulia.server.metrics;

import org.jspecify.annotations.NullMarked;
