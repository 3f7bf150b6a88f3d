package dev.tertulia.server.connection;

import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/// What one connection has given to the journal and has had no outcome of, by topic. Owned by the
/// connection's loop.
///
/// The log may show an entry before its outcome has come to this loop. So that nobody sees his own
/// entry before its `ok`, what was read is shown when all has been settled that was given before.
final class Unsettled {
  /// The numbers of the drafts for each topic that wait, in their order. Their outcomes come in
  /// that order too, unless something fails.
  private final Map<TopicName, ArrayDeque<Long>> byTopic = new HashMap<>(2);

  private long given;

  /// A draft goes to the journal.
  ///
  /// @return its number
  long given(TopicName topic) {
    byTopic.computeIfAbsent(topic, name -> new ArrayDeque<>(2)).add(++given);
    return given;
  }

  /// The outcome of a draft has come, or the journal did not take it. Without effect if that has
  /// been said already.
  void settled(TopicName topic, long draft) {
    ArrayDeque<Long> drafts = byTopic.get(topic);
    if (drafts != null) {
      drafts.remove(draft);
      if (drafts.isEmpty()) {
        byTopic.remove(topic);
      }
    }
  }

  /// How many drafts there have been: the number of the newest.
  long given() {
    return given;
  }

  /// Whether all for `topic` have been settled, up to the number `draft`.
  boolean isSettled(TopicName topic, long draft) {
    ArrayDeque<Long> drafts = byTopic.get(topic);
    return drafts == null || drafts.element() > draft;
  }
}
