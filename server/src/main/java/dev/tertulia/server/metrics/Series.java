package dev.tertulia.server.metrics;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// The value of a [Metric] for one combination of labels: the sum of its parts. Safe for any
/// thread.
final class Series {
  /// The values of the labels, in their order.
  final List<String> values;

  private final List<DoubleSupplier> parts = new CopyOnWriteArrayList<>();

  /// The part that all share; `null` if nobody has asked for it.
  private volatile @Nullable Counter shared;

  private volatile @Nullable Histogram histogram;

  Series(List<String> values) {
    this.values = values;
  }

  void add(DoubleSupplier part) {
    parts.add(part);
  }

  Counter shared() {
    Counter known = shared;
    return known == null ? makeShared() : known;
  }

  private synchronized Counter makeShared() {
    Counter known = shared;
    if (known == null) {
      known = new Counter();
      parts.add(known::sum);
      shared = known;
    }
    return known;
  }

  Histogram histogram(Buckets buckets) {
    Histogram known = histogram;
    return known == null ? makeHistogram(buckets) : known;
  }

  private synchronized Histogram makeHistogram(Buckets buckets) {
    Histogram known = histogram;
    if (known == null) {
      known = new Histogram(buckets);
      histogram = known;
    }
    return known;
  }

  /// The distribution; `null` if it has none.
  @Nullable Histogram histogram() {
    return histogram;
  }

  /// The current value; of a histogram the number of values.
  double value() {
    Histogram distribution = histogram;
    double sum = distribution == null ? 0 : distribution.count();
    for (DoubleSupplier part : parts) {
      sum += part.getAsDouble();
    }
    return sum;
  }
}
