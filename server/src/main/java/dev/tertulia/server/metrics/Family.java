package dev.tertulia.server.metrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// All series of one [Metric]. Safe for any thread.
///
/// Their number is bounded by the bounds of its labels: a value that would be one too many is
/// counted as [Label#OTHER].
final class Family {
  private final Metric metric;
  private final ConcurrentHashMap<List<String>, Series> series = new ConcurrentHashMap<>();

  /// The values seen so far, by label. Guarded by this.
  private final List<Set<String>> seen = new ArrayList<>();

  Family(Metric metric) {
    this.metric = metric;
    metric.labels().forEach(label -> seen.add(new HashSet<>()));
  }

  Metric metric() {
    return metric;
  }

  Collection<Series> all() {
    return series.values();
  }

  /// The series of these values, which is created at first use.
  Series of(String... values) {
    List<String> asked = List.of(values);
    Series known = series.get(asked);
    return known == null ? series.computeIfAbsent(within(asked), Series::new) : known;
  }

  private synchronized List<String> within(List<String> values) {
    if (values.size() != metric.labels().size()) {
      throw new IllegalArgumentException(
          metric.name() + " has " + metric.labels().size() + " labels, not " + values.size());
    }
    List<String> bounded = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      Set<String> known = seen.get(i);
      String value = values.get(i);
      boolean fits = known.contains(value) || known.size() < metric.labels().get(i).bound();
      if (fits) {
        known.add(value);
      }
      bounded.add(fits ? value : Label.OTHER);
    }
    return List.copyOf(bounded);
  }
}
