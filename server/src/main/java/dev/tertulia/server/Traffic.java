package dev.tertulia.server;

import dev.tertulia.server.http.api.Stats.Flow;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.topic.Publication;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/// Counts publications by kind: in total since the start, and per second. Safe for any thread.
final class Traffic {
  /// The number of whole seconds over which a rate is averaged.
  private static final int SECONDS = 10;

  /// Those seconds, the current one, and one that is being cleared.
  private static final int SLOTS = SECONDS + 2;

  enum Kind {
    /// Messages and their amendments.
    MESSAGES,
    /// Notifications and changes of their state.
    NOTIFICATIONS,
    SIGNALS
  }

  /// The counts of one kind. A slot belongs to the newest second among those that are equal modulo
  /// [#SLOTS].
  private static final class Count {
    private final AtomicLong total = new AtomicLong();
    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
    private final AtomicLongArray secondOf = new AtomicLongArray(SLOTS);

    void add(long second, int count) {
      total.addAndGet(count);
      int slot = (int) Math.floorMod(second, (long) SLOTS);
      if (secondOf.getAndSet(slot, second) != second) {
        slots.set(slot, 0);
      }
      slots.addAndGet(slot, count);
    }

    double perSecond(long now) {
      long sum = 0;
      for (long second = now - SECONDS; second < now; second++) {
        int slot = (int) Math.floorMod(second, (long) SLOTS);
        sum += secondOf.get(slot) == second ? slots.get(slot) : 0;
      }
      return sum / (double) SECONDS;
    }
  }

  private final Map<Kind, Count> counts = new EnumMap<>(Kind.class);
  private final LongSupplier nanoClock;

  /// @param nanoClock a monotonic clock, in nanoseconds
  Traffic(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    for (Kind kind : Kind.values()) {
      counts.put(kind, new Count());
    }
  }

  /// Counts a batch.
  void count(List<Publication> batch) {
    int messages = 0;
    int notifications = 0;
    for (Publication publication : batch) {
      switch (publication.entry()) {
        case Entry.Chat chat -> messages++;
        case Entry.Amendment amendment -> messages++;
        case Entry.Inboxed inboxed -> notifications++;
        case Entry.Unreadable unreadable -> {
          // Never published.
        }
        case Entry.Signal signal -> {
          // What is left.
        }
      }
    }
    long second = second();
    add(Kind.MESSAGES, second, messages);
    add(Kind.NOTIFICATIONS, second, notifications);
    add(Kind.SIGNALS, second, batch.size() - messages - notifications);
  }

  private void add(Kind kind, long second, int count) {
    Count counted = counts.get(kind);
    if (count > 0 && counted != null) {
      counted.add(second, count);
    }
  }

  /// The number of publications of a kind since the start.
  long total(Kind kind) {
    Count counted = counts.get(kind);
    return counted == null ? 0 : counted.total.get();
  }

  /// The counts by kind.
  Map<String, Flow> flows() {
    long second = second();
    Map<String, Flow> flows = new TreeMap<>();
    counts.forEach((kind, count) ->
        flows.put(
            switch (kind) {
              case MESSAGES -> "messages";
              case NOTIFICATIONS -> "notifications";
              case SIGNALS -> "signals";
            },
            new Flow(count.total.get(), count.perSecond(second))));
    return flows;
  }

  private long second() {
    return Math.floorDiv(nanoClock.getAsLong(), 1_000_000_000L);
  }
}
