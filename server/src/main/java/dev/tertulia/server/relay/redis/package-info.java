/// The relay over Redis or Valkey, on Lettuce. Nothing of it is loaded without a setting for it.
@NullMarked
package dev.tertulia.server.relay.redis;

import org.jspecify.annotations.NullMarked;
