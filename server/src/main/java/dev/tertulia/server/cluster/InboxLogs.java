package dev.tertulia.server.cluster;

import dev.tertulia.server.topic.TopicName;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Where the logs of inboxes and the broadcasts are that this node follows, for [InboxOrder]; and
/// what this node itself has committed to inboxes and not handed over yet, which it has to know for
/// that. Any thread; what [InboxOrder.Logs] asks is guarded by the [OrderedDelivery].
final class InboxLogs implements InboxOrder.Logs {
  private final Map<TopicName, TopicSequence> sequences;
  private final Collection<TopicSequence> late;
  private final Consumer<TopicSequence> noteLate;

  /// Up to where this node has committed.
  private final ConcurrentHashMap<TopicName, Long> committed = new ConcurrentHashMap<>();

  /// @param sequences of all topics that are followed; safe for any thread
  /// @param late those of which entries are missing
  /// @param noteLate looks whether entries of one are missing now
  InboxLogs(
      Map<TopicName, TopicSequence> sequences,
      Collection<TopicSequence> late,
      Consumer<TopicSequence> noteLate) {
    this.sequences = sequences;
    this.late = late;
    this.noteLate = noteLate;
  }

  /// This node has committed a batch, and will hand it over.
  ///
  /// @param ends the topics that it has changed, and up to where
  void committed(Map<TopicName, Long> ends) {
    ends.forEach((topic, end) -> {
      if (topic.kind() == TopicName.Kind.INBOX && sequences.containsKey(topic)) {
        committed.merge(topic, end, Math::max);
      }
    });
  }

  /// This node hands over what it has committed to a topic, up to an offset.
  void handedOver(TopicName topic, long offset) {
    if (topic.kind() == TopicName.Kind.INBOX) {
      committed.computeIfPresent(topic, (inbox, end) -> end <= offset ? null : end);
    }
  }

  /// A topic is not followed any more.
  void forget(TopicName topic) {
    committed.remove(topic);
  }

  @Override
  public long broadcasts() {
    TopicSequence sequence = sequences.get(TopicName.BROADCASTS);
    return sequence == null || !sequence.open ? Long.MAX_VALUE : sequence.delivered().offset();
  }

  @Override
  public void know(long offset) {
    TopicSequence sequence = sequences.get(TopicName.BROADCASTS);
    if (sequence != null) {
      sequence.know(offset);
      noteLate.accept(sequence);
    }
  }

  @Override
  public Map<TopicName, Long> awaited() {
    Map<TopicName, Long> awaited = new HashMap<>(committed);
    for (TopicSequence sequence : late) {
      if (sequence.topic.kind() == TopicName.Kind.INBOX) {
        awaited.merge(sequence.topic, sequence.known(), Math::max);
      }
    }
    return awaited;
  }

  @Override
  public boolean hasCome(TopicName inbox, long offset) {
    TopicSequence sequence = sequences.get(inbox);
    return sequence == null
        || sequence.removed
        || !sequence.open
        || sequence.delivered().offset() >= offset
        // It was told of a log that has lost its end.
        || !(sequence.isLate() || committed.containsKey(inbox));
  }
}
