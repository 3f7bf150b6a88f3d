/// What all protocols share: the typed fields of requests and the commands read from them, the
/// encoding of entries and of pages of a room, marks for replies, the outcome of decoding, and
/// frames. Each protocol has a folder below this one.
@NullMarked
package dev.tertulia.server.protocol;

import org.jspecify.annotations.NullMarked;
