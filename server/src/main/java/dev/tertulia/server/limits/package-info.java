/// Limits that hold for everybody: rates and how they are kept, the number of refusals by limit,
/// and their log lines. It knows nothing about what is limited.
@NullMarked
package dev.tertulia.server.limits;

import org.jspecify.annotations.NullMarked;
