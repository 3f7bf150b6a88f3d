package dev.tertulia.server.storage.read;

import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The logs of all databases as one: each topic is read from its own database.
///
/// A topic that stores nothing has an empty log: its end is the start, and no other position is
/// valid.
final class RoutingLog implements Log {
  private final Function<TopicName, @Nullable Log> keepers;

  /// @param keepers the log of a topic; `null` for a topic that stores nothing
  RoutingLog(Function<TopicName, @Nullable Log> keepers) {
    this.keepers = keepers;
  }

  private static final Page NOTHING = new Page(List.of(), Position.START, 0);

  private static @Nullable Page nothingAfter(Position after) {
    return after.equals(Position.START) ? NOTHING : null;
  }

  @Override
  public @Nullable Page since(TopicName topic, Position after, int entries, int bytes) {
    Log log = keepers.apply(topic);
    return log == null ? nothingAfter(after) : log.since(topic, after, entries, bytes);
  }

  @Override
  public @Nullable Page recent(TopicName topic, Position after, int entries, int bytes) {
    Log log = keepers.apply(topic);
    return log == null ? nothingAfter(after) : log.recent(topic, after, entries, bytes);
  }

  @Override
  public @Nullable Page recent(TopicName topic, int messages, int bytes) {
    Log log = keepers.apply(topic);
    return log == null ? NOTHING : log.recent(topic, messages, bytes);
  }

  @Override
  public Page newest(TopicName topic, int messages, int bytes) {
    Log log = keepers.apply(topic);
    return log == null ? NOTHING : log.newest(topic, messages, bytes);
  }

  @Override
  public int countSince(TopicName topic, long offset, int most) {
    Log log = keepers.apply(topic);
    return log == null ? 0 : log.countSince(topic, offset, most);
  }

  @Override
  public boolean isStored(TopicName topic) {
    return keepers.apply(topic) != null;
  }
}
