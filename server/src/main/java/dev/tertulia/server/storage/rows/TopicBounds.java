package dev.tertulia.server.storage.rows;

import dev.tertulia.server.topic.Position;
import org.jspecify.annotations.Nullable;

/// The beginning and end of the log of a topic, as seen by a transaction.
///
/// @param id the id of the topic; -1 if it does not exist
public record TopicBounds(long id, long head, long floor, long floorTerm) {
  /// Of a topic that is not there.
  public static final TopicBounds NONE = new TopicBounds(-1, 0, 0, 0);

  public static TopicBounds of(@Nullable TopicRow row) {
    return row == null ? NONE : new TopicBounds(row.id(), row.head(), row.floor(), row.floorTerm());
  }

  public Position floorPosition() {
    return new Position(floorTerm, floor);
  }
}
