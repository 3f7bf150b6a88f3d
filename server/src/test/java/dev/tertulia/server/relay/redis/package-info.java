/// The relay over a real Redis.
@NullMarked
package dev.tertulia.server.relay.redis;

import org.jspecify.annotations.NullMarked;
