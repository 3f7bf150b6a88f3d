/// The relay over a real PostgreSQL.
@NullMarked
package dev.tertulia.server.relay.postgres;

import org.jspecify.annotations.NullMarked;
