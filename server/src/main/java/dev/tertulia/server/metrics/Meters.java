package dev.tertulia.server.metrics;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;

/// Everything that a server counts and measures, by [Metric]. Safe for any thread.
///
/// Each part of the server asks once for what it counts with, and keeps it; what another part has
/// counted is only read here. What an event loop or the thread of a journal counts has that thread
/// as its only writer ([LocalCounter]), so that counting costs nothing on the way of a message.
/// Values that exist anyway, such as the size of a queue, are read when somebody looks ([#gauge],
/// [#counted]).
///
/// The value of a metric for some labels is the sum of all its parts: of the counters of all loops,
/// for example.
public final class Meters {
  private final ConcurrentNavigableMap<String, Family> families = new ConcurrentSkipListMap<>();

  /// Declares metrics that may have no value yet, so that they are documented.
  public void declare(Metric... metrics) {
    for (Metric metric : metrics) {
      family(metric);
    }
  }

  /// The counter of a metric that all threads share: always the same one for the same labels.
  public Counter counter(Metric metric, String... values) {
    return series(metric, Metric.Kind.COUNTER, values).shared();
  }

  /// A new part of a counter, for one thread.
  public LocalCounter local(Metric metric, String... values) {
    LocalCounter counter = new LocalCounter();
    series(metric, Metric.Kind.COUNTER, values).add(counter::sum);
    return counter;
  }

  /// A new part of a counter that is kept elsewhere, and never decreases.
  ///
  /// @param sum called when the metric is read, on any thread; must neither block nor throw
  public void counted(Metric metric, DoubleSupplier sum, String... values) {
    series(metric, Metric.Kind.COUNTER, values).add(sum);
  }

  /// A new part of a gauge.
  ///
  /// @param value called when the metric is read, on any thread; must neither block nor throw
  public void gauge(Metric metric, DoubleSupplier value, String... values) {
    series(metric, Metric.Kind.GAUGE, values).add(value);
  }

  /// States facts.
  public void info(Metric metric, String... values) {
    series(metric, Metric.Kind.INFO, values).add(() -> 1);
  }

  /// The histogram of a metric, which all threads share: always the same one for the same labels.
  public Histogram histogram(Metric metric, String... values) {
    Buckets buckets = metric.buckets();
    if (buckets == null) {
      throw new IllegalArgumentException(metric.name() + " is not a histogram");
    }
    return series(metric, Metric.Kind.HISTOGRAM, values).histogram(buckets);
  }

  /// The current value for these labels; of a histogram the number of values. 0 if there is none.
  public double value(Metric metric, String... values) {
    Family family = families.get(metric.name());
    if (family == null) {
      return 0;
    }
    List<String> asked = List.of(values);
    return family.all().stream()
        .filter(series -> series.values.equals(asked))
        .mapToDouble(Series::value)
        .sum();
  }

  /// The sum of the current values for all labels; of a histogram the number of values.
  public double total(Metric metric) {
    Family family = families.get(metric.name());
    return family == null ? 0 : family.all().stream().mapToDouble(Series::value).sum();
  }

  /// All metrics, by name.
  public List<Metric> metrics() {
    return families.values().stream().map(Family::metric).toList();
  }

  /// The number of series, of all metrics.
  public int size() {
    return families.values().stream().mapToInt(family -> family.all().size()).sum();
  }

  Collection<Family> families() {
    return families.values();
  }

  private Series series(Metric metric, Metric.Kind kind, String... values) {
    if (metric.kind() != kind) {
      throw new IllegalArgumentException(metric.name() + " is a " + metric.kind());
    }
    return family(metric).of(values);
  }

  private Family family(Metric metric) {
    Family family = families.computeIfAbsent(metric.name(), name -> new Family(metric));
    // Mostly it is the same object, and then no records are compared, for which the JVM would make
    // code at each start.
    if (!Objects.equals(family.metric(), metric)) {
      throw new IllegalArgumentException("two metrics have the name " + metric.name());
    }
    return family;
  }
}
