package dev.tertulia.server.topic;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Which loops have subscribers to a topic, and which formats these use, for all topics with any.
///
/// A loop tells of its first subscriber and of its last; the journals' threads ask. A format stays
/// noted until the topic's last subscriber goes, so a publication may be encoded once in vain,
/// never too seldom.
final class Interest {
  /// @param loops a bit for each loop
  /// @param formats a bit for each format
  /// @param stamp of the newest notice of interest in the topic; later ones have greater stamps
  record Use(long loops, int formats, long stamp) {}

  private static final Use NONE = new Use(0, 0, 0);

  private final AtomicLong stamps = new AtomicLong();

  private final ConcurrentHashMap<TopicName, Use> byTopic = new ConcurrentHashMap<>();

  /// Who uses `topic` now. Any thread.
  Use of(TopicName topic) {
    return byTopic.getOrDefault(topic, NONE);
  }

  /// Notes that `loop` has a subscriber that uses `format`. What is asked from here on knows it.
  ///
  /// @return the stamp of this notice: what is handed over under this one, or a greater one, goes
  ///   to `loop` in `format`, and so does all that follows
  long add(TopicName topic, int loop, int format) {
    return byTopic.compute(
            topic,
            (name, known) -> {
              Use old = known == null ? NONE : known;
              return new Use(
                  old.loops | 1L << loop, old.formats | 1 << format, stamps.incrementAndGet());
            })
        .stamp;
  }

  /// Notes that `loop` has no subscriber any more.
  void remove(TopicName topic, int loop) {
    byTopic.computeIfPresent(
        topic,
        (name, use) -> {
          long left = use.loops & ~(1L << loop);
          return left == 0 ? null : new Use(left, use.formats, use.stamp);
        });
  }

  /// How many topics have a subscriber.
  int topics() {
    return byTopic.size();
  }
}
