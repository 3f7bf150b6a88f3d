package dev.tertulia.server.topic;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Tracks which loops have subscribers to a topic, and which formats they use, for all topics.
///
/// A loop registers its first subscriber and removes its last; the threads of the journals query. A
/// format stays registered until the last subscriber of the topic leaves, so a publication may be
/// encoded unnecessarily, but is never missed.
final class Interest {
  /// @param loops a bit for each loop
  /// @param formats a bit for each format
  /// @param stamp the stamp of the newest registration for the topic; stamps increase
  record Use(long loops, int formats, long stamp) {}

  private static final Use NONE = new Use(0, 0, 0);

  private final AtomicLong stamps = new AtomicLong();

  private final ConcurrentHashMap<TopicName, Use> byTopic = new ConcurrentHashMap<>();

  /// The current use of `topic`. Any thread.
  Use of(TopicName topic) {
    return byTopic.getOrDefault(topic, NONE);
  }

  /// Registers a subscriber of `loop` that uses `format`. Later queries see it.
  ///
  /// @return the stamp of this registration: everything handed over with this stamp or a greater
  ///   one goes to `loop` in `format`
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

  /// Records that `loop` has no subscribers left.
  void remove(TopicName topic, int loop) {
    byTopic.computeIfPresent(
        topic,
        (name, use) -> {
          long left = use.loops & ~(1L << loop);
          return left == 0 ? null : new Use(left, use.formats, use.stamp);
        });
  }

  /// The number of topics with a subscriber.
  int topics() {
    return byTopic.size();
  }
}
