package dev.tertulia.server.protocol;

import dev.tertulia.server.topic.Position;

/// The position of an entry in the log of its topic, as clients see it.
///
/// @param offset rises within a topic, not always by one
/// @param pos what a client keeps and sends back to resume there; opaque to it
public record EntryPosition(long offset, String pos) {
  /// The position of an entry of a room.
  public static EntryPosition of(Position position) {
    return new EntryPosition(position.offset(), position.toString());
  }
}
