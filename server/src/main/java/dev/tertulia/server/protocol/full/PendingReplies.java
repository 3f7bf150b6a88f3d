package dev.tertulia.server.protocol.full;

import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/// The drafts that one connection has given to the journal and whose outcomes are pending, by
/// topic. Owned by the connection's loop.
///
/// The log may contain an entry before its outcome has reached this loop. So that a client does not
/// see its own entry before the `ok`, a page is shown only when all drafts given before the read
/// are settled.
final class PendingReplies {
  /// The numbers of the pending drafts by topic, in order. Their outcomes arrive in that order too,
  /// unless something fails.
  private final Map<TopicName, ArrayDeque<Long>> byTopic = new HashMap<>(2);

  private long given;

  /// Registers a draft that goes to the journal.
  ///
  /// @return its number
  long given(TopicName topic) {
    byTopic.computeIfAbsent(topic, name -> new ArrayDeque<>(2)).add(++given);
    return given;
  }

  /// Records that a draft has an outcome, or was not accepted. No effect if that is known already.
  void settled(TopicName topic, long draft) {
    ArrayDeque<Long> drafts = byTopic.get(topic);
    if (drafts != null) {
      drafts.remove(draft);
      if (drafts.isEmpty()) {
        byTopic.remove(topic);
      }
    }
  }

  /// The number of drafts so far, which is the number of the newest.
  long given() {
    return given;
  }

  /// Whether all drafts for `topic` up to the number `draft` are settled.
  boolean isSettled(TopicName topic, long draft) {
    ArrayDeque<Long> drafts = byTopic.get(topic);
    return drafts == null || drafts.element() > draft;
  }
}
