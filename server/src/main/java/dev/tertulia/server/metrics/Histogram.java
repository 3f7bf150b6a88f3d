package dev.tertulia.server.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// The distribution of values: how many are in each bucket, and their sum. Any thread may record,
/// which allocates nothing and locks nothing.
public final class Histogram {
  private final long[] bounds;
  private final double unit;

  /// The number of values by bucket; the last one is for what is above all bounds.
  private final AtomicLongArray counts;

  private final AtomicLong sum = new AtomicLong();

  Histogram(Buckets buckets) {
    bounds = buckets.bounds().stream().mapToLong(Long::longValue).toArray();
    unit = buckets.unit();
    counts = new AtomicLongArray(bounds.length + 1);
  }

  /// A histogram that belongs to no [Meters].
  public static Histogram ofNoMeters(Buckets buckets) {
    return new Histogram(buckets);
  }

  /// Records a value, in the unit of its [Buckets]. A negative one counts as 0.
  public void record(long value) {
    long recorded = Math.max(0, value);
    int found = Arrays.binarySearch(bounds, recorded);
    counts.getAndIncrement(found >= 0 ? found : -found - 1);
    sum.getAndAdd(recorded);
  }

  /// The number of values so far.
  public long count() {
    long all = 0;
    for (int i = 0; i < counts.length(); i++) {
      all += counts.get(i);
    }
    return all;
  }

  /// The sum of the values so far, in the base unit.
  public double sum() {
    return sum.get() * unit;
  }

  /// The number of values in each bucket so far, not accumulated.
  long[] counts() {
    long[] all = new long[counts.length()];
    for (int i = 0; i < all.length; i++) {
      all[i] = counts.get(i);
    }
    return all;
  }
}
