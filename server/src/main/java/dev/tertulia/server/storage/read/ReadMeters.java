package dev.tertulia.server.storage.read;

import dev.tertulia.server.metrics.Counter;
import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;

/// How the log is read. Safe for any thread.
public final class ReadMeters {
  private static final Metric READS =
      Metric.counter(
          "tertulia_log_reads_total",
          "Pages of the log that were read for clients",
          new Label("source", 2, "`tail`, the newest entries in memory, or `database`"));

  private static final Metric TAIL =
      Metric.gauge("tertulia_tail_bytes", "The newest entries that are held in memory");

  private static final Metric MOST_TAIL =
      Metric.gauge("tertulia_tail_limit_bytes", "The bound of `tertulia_tail_bytes`");

  private final Counter fromTail;
  private final Counter fromDatabase;

  public ReadMeters(Meters meters) {
    fromTail = meters.counter(READS, "tail");
    fromDatabase = meters.counter(READS, "database");
  }

  /// Adds what is measured of the tail.
  public static void addTail(Meters meters, Tail tail, long bound) {
    meters.gauge(TAIL, tail::bytes);
    meters.gauge(MOST_TAIL, () -> bound);
  }

  void fromTail() {
    fromTail.increment();
  }

  void fromDatabase() {
    fromDatabase.increment();
  }
}
