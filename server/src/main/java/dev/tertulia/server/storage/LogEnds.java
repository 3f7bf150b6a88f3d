package dev.tertulia.server.storage;

import dev.tertulia.server.topic.Position;
import org.jspecify.annotations.Nullable;

/// The beginning and end of the log of a topic, as seen by a transaction.
///
/// @param id the id of the topic; -1 if it does not exist
record LogEnds(long id, long head, long floor, long floorTerm) {
  /// Of a topic that is not there.
  static final LogEnds NONE = new LogEnds(-1, 0, 0, 0);

  static LogEnds of(@Nullable TopicRow row) {
    return row == null ? NONE : new LogEnds(row.id(), row.head(), row.floor(), row.floorTerm());
  }

  static LogEnds of(TopicState topic) {
    return new LogEnds(topic.id, topic.head, topic.floor, topic.floorTerm);
  }

  Position floorPosition() {
    return new Position(floorTerm, floor);
  }
}
