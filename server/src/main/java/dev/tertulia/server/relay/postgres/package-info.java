/// The wire between nodes over their PostgreSQL, where there is no Redis.
@NullMarked
package dev.tertulia.server.relay.postgres;

import org.jspecify.annotations.NullMarked;
