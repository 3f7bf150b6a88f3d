package dev.tertulia.server.metrics;

import java.util.function.LongSupplier;

/// How fast a sum has grown lately: it is looked at about once a second, and compared with what it
/// was ten seconds before. Safe for any thread.
public final class RecentRate {
  /// The number of looks that are remembered: those of ten seconds, and one more.
  private static final int LOOKS = 11;

  private static final long SHORTEST_NANOS = 10_000_000_000L;
  private static final double NANOS_PER_SECOND = 1e9;

  private final LongSupplier sum;
  private final LongSupplier nanoClock;
  private final long[] sums = new long[LOOKS];
  private final long[] times = new long[LOOKS];
  private int looks;

  /// @param nanoClock a monotonic clock, in nanoseconds
  public RecentRate(LongSupplier sum, LongSupplier nanoClock) {
    this.sum = sum;
    this.nanoClock = nanoClock;
    look();
  }

  /// Looks at the sum. To be called about once a second.
  public synchronized void look() {
    sums[looks % LOOKS] = sum.getAsLong();
    times[looks % LOOKS] = nanoClock.getAsLong();
    looks++;
  }

  /// The growth per second: the average of the last ten seconds, of which those before the first
  /// look count as without growth.
  public synchronized double perSecond() {
    int oldest = looks < LOOKS ? 0 : looks % LOOKS;
    long nanos = Math.max(SHORTEST_NANOS, nanoClock.getAsLong() - times[oldest]);
    return (sum.getAsLong() - sums[oldest]) * NANOS_PER_SECOND / nanos;
  }
}
