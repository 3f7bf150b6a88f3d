/// Rates, counts of refusals and their log lines, without network or clock.
@NullMarked
package dev.tertulia.server.limits;

import org.jspecify.annotations.NullMarked;
