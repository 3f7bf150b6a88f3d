package dev.tertulia.server.cluster;

import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The topics that are tracked and of which it is not known yet where they end: reads that from the
/// database, many at once, one reading after the other. Any thread; nothing waits.
final class Openings {
  private static final Logger log = LoggerFactory.getLogger(Openings.class);

  /// The most topics whose ends are read at once.
  static final int MOST_ENDS = 500;

  private final SharedLog shared;
  private final BiConsumer<TopicSequence, Position> open;
  private final Executor readers;
  private final LongSupplier nanoTime;
  private final ConcurrentLinkedQueue<TopicSequence> waiting = new ConcurrentLinkedQueue<>();
  private volatile long againAt;
  private final AtomicBoolean isReading = new AtomicBoolean();

  /// @param open receives where topics end, on one of `readers`
  Openings(
      SharedLog shared,
      BiConsumer<TopicSequence, Position> open,
      Executor readers,
      LongSupplier nanoTime) {
    this.shared = shared;
    this.open = open;
    this.readers = readers;
    this.nanoTime = nanoTime;
    againAt = nanoTime.getAsLong();
  }

  /// Has the end of a topic read, soon.
  void add(TopicSequence sequence) {
    waiting.add(sequence);
    next();
  }

  /// Reads what waits, unless it is being read, or has failed just now.
  void next() {
    if (!waiting.isEmpty()
        && nanoTime.getAsLong() - againAt >= 0
        && isReading.compareAndSet(false, true)) {
      readers.execute(() -> {
        try {
          readSome();
        } finally {
          isReading.set(false);
        }
        next();
      });
    }
  }

  private void readSome() {
    Map<TopicName, TopicSequence> some = new LinkedHashMap<>();
    TopicSequence next;
    while (some.size() < MOST_ENDS && (next = waiting.poll()) != null) {
      some.put(next.topic, next);
    }
    try {
      shared
          .ends(some.keySet())
          .forEach((topic, end) -> {
            TopicSequence sequence = some.get(topic);
            if (sequence != null) {
              open.accept(sequence, end);
            }
          });
    } catch (LogException e) {
      log.debug("The ends of topics can't be read", e);
      againAt = nanoTime.getAsLong() + OrderedDelivery.PAUSE;
      waiting.addAll(some.values());
    }
  }
}
