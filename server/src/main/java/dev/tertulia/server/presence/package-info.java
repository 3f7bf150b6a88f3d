/// Presence: which clients are in which rooms, and how rooms learn of arrivals and departures.
/// Depends on topics and the vocabulary of the wire; connections call it.
@NullMarked
package dev.tertulia.server.presence;

import org.jspecify.annotations.NullMarked;
