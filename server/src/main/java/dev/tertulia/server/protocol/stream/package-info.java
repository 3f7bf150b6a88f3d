/// Server-sent events of `/api/v1/stream`: event ids and the format of events.
@NullMarked
package dev.tertulia.server.protocol.stream;

import org.jspecify.annotations.NullMarked;
