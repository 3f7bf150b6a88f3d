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

  /// The part that all share; `null` if nobody has asked for it. Guarded by this.
  private @Nullable Counter shared;

  private volatile @Nullable Histogram histogram;

  Series(List<String> values) {
    this.values = values;
  }

  void add(DoubleSupplier part) {
    parts.add(part);
  }

  synchronized Counter shared() {
    if (shared == null) {
      Counter counter = new Counter();
      shared = counter;
      parts.add(counter::sum);
    }
    return shared;
  }

  synchronized Histogram histogram(Buckets buckets) {
    if (histogram == null) {
      histogram = new Histogram(buckets);
    }
    return histogram;
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
