package dev.tertulia.server.limits;

import dev.tertulia.server.model.Limit;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// The number of refusals by limit, since the start of the server. Safe for any thread.
public final class LimitCounters {
  private final Map<Limit, LongAdder> refused = new EnumMap<>(Limit.class);

  /// The logs by text; each is asked for with one limit.
  private final Map<String, RefusalLog> logs = new ConcurrentHashMap<>();

  private final LongSupplier nanoClock;

  /// @param nanoClock a monotonic clock, in nanoseconds
  public LimitCounters(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    for (Limit limit : Limit.values()) {
      refused.put(limit, new LongAdder());
    }
  }

  /// A log of refusals that counts them for `limit`. A limit that refuses different things has
  /// several. All who ask for the same text share one log.
  ///
  /// @param text the log line: what happens, and which setting controls it
  public RefusalLog log(Limit limit, String text) {
    return logs.computeIfAbsent(text, none -> new RefusalLog(text, nanoClock, adder(limit)));
  }

  /// The number of refusals by [Limit#wireName].
  public Map<String, Long> refused() {
    Map<String, Long> counts = new TreeMap<>();
    refused.forEach((limit, count) -> counts.put(limit.wireName(), count.sum()));
    return counts;
  }

  private LongAdder adder(Limit limit) {
    LongAdder adder = refused.get(limit);
    if (adder == null) {
      throw new AssertionError(limit);
    }
    return adder;
  }
}
