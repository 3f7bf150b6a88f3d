/// What all protocols share: marks for replies, the outcome of decoding, names of fields, and
/// frames. Each protocol has a folder below this one.
@NullMarked
package dev.tertulia.server.protocol;

import org.jspecify.annotations.NullMarked;
