package dev.tertulia.server.metrics;

import java.util.List;

/// The upper bounds of the buckets of a histogram, and the unit in which it is recorded.
///
/// @param bounds in ascending order, each included in its bucket
/// @param unit by which recorded values and bounds are multiplied to get the base unit
public record Buckets(List<Long> bounds, double unit) {
  private static final double NANOSECOND = 1e-9;

  /// Times from 100 µs to 10 s, recorded in nanoseconds.
  public static final Buckets TIMES =
      new Buckets(
          List.of(
              100_000L,
              250_000L,
              500_000L,
              1_000_000L,
              2_500_000L,
              5_000_000L,
              10_000_000L,
              25_000_000L,
              50_000_000L,
              100_000_000L,
              250_000_000L,
              500_000_000L,
              1_000_000_000L,
              2_500_000_000L,
              10_000_000_000L),
          NANOSECOND);

  /// Numbers of things, from 1 to 4096.
  public static final Buckets COUNTS =
      new Buckets(List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 512L, 1024L, 4096L), 1);

  public Buckets {
    bounds = List.copyOf(bounds);
  }

  /// The bounds in the base unit, and one without end for the last bucket.
  double[] inBaseUnit() {
    double[] all = new double[bounds.size() + 1];
    for (int i = 0; i < bounds.size(); i++) {
      all[i] = bounds.get(i) * unit;
    }
    all[bounds.size()] = Double.POSITIVE_INFINITY;
    return all;
  }
}
