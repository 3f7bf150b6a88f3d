package dev.tertulia.server.limits;

import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;
import dev.tertulia.server.model.Limit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// What is refused because of a limit: counted by limit, and logged now and then. Safe for any
/// thread.
public final class LimitCounters {
  private static final Metric REFUSED =
      Metric.counter(
          "tertulia_limit_refusals_total",
          "What was refused or slowed down because of a limit",
          new Label(
              "limit",
              Limit.values().length,
              "the limit, which is the name of its setting without `limits.`"));

  /// The logs by text; each is asked for with one limit.
  private final Map<String, RefusalLog> logs = new ConcurrentHashMap<>();

  private final Meters meters;
  private final LongSupplier nanoClock;

  /// Counts for itself alone.
  ///
  /// @param nanoClock a monotonic clock, in nanoseconds
  public LimitCounters(LongSupplier nanoClock) {
    this(new Meters(), nanoClock);
  }

  /// @param nanoClock a monotonic clock, in nanoseconds
  public LimitCounters(Meters meters, LongSupplier nanoClock) {
    this.meters = meters;
    this.nanoClock = nanoClock;
    for (Limit limit : Limit.values()) {
      meters.counter(REFUSED, limit.wireName());
    }
  }

  /// A log of refusals that counts them for `limit`. A limit that refuses different things has
  /// several. All who ask for the same text share one log.
  ///
  /// @param text the log line: what happens, and which setting controls it
  public RefusalLog log(Limit limit, String text) {
    return logs.computeIfAbsent(
        text, none -> new RefusalLog(text, nanoClock, meters.counter(REFUSED, limit.wireName())));
  }

  /// The number of refusals by [Limit#wireName].
  public Map<String, Long> refused() {
    Map<String, Long> counts = new TreeMap<>();
    for (Limit limit : Limit.values()) {
      counts.put(limit.wireName(), meters.counter(REFUSED, limit.wireName()).sum());
    }
    return counts;
  }
}
