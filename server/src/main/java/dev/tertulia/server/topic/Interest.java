package dev.tertulia.server.topic;

import java.util.concurrent.ConcurrentHashMap;

/// Which loops have subscribers to a topic, and which formats these use, for all topics with any.
///
/// A loop tells of its first subscriber and of its last; the journals' threads ask. A format stays
/// noted until the topic's last subscriber goes, so a publication may be encoded once in vain,
/// never too seldom.
final class Interest {
  /// @param loops a bit for each loop
  /// @param formats a bit for each format
  record Use(long loops, int formats) {}

  private static final Use NONE = new Use(0, 0);

  private final ConcurrentHashMap<TopicName, Use> byTopic = new ConcurrentHashMap<>();

  /// Who uses `topic` now. Any thread.
  Use of(TopicName topic) {
    return byTopic.getOrDefault(topic, NONE);
  }

  /// Notes that `loop` has a subscriber that uses `format`. What is asked from here on knows it.
  void add(TopicName topic, int loop, int format) {
    Use added = new Use(1L << loop, 1 << format);
    byTopic.merge(
        topic, added, (old, more) -> new Use(old.loops | more.loops, old.formats | more.formats));
  }

  /// Notes that `loop` has no subscriber any more.
  void remove(TopicName topic, int loop) {
    byTopic.computeIfPresent(
        topic,
        (name, use) -> {
          long left = use.loops & ~(1L << loop);
          return left == 0 ? null : new Use(left, use.formats);
        });
  }

  /// How many topics have a subscriber.
  int topics() {
    return byTopic.size();
  }
}
