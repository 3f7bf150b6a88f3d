/// What the server counts, and how it tells it.
@NullMarked
package dev.tertulia.server.metrics;

import org.jspecify.annotations.NullMarked;
