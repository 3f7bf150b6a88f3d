/// Presence: which clients are in which rooms, and how rooms learn of arrivals and departures.
/// Depends on topics and the model; sessions call it.
@NullMarked
package dev.tertulia.server.presence;

import org.jspecify.annotations.NullMarked;
