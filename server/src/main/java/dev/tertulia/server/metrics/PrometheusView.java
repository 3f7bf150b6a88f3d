package dev.tertulia.server.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// [Meters] as a registry of Micrometer. For one thread at a time.
///
/// Micrometer only reads: what is counted is in [Meters]. It has no histogram that is kept
/// elsewhere, so these, and facts, are added to the Prometheus registry beneath it.
final class PrometheusView {
  private final Meters meters;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /// What the registry knows already, families and series.
  private final Set<Object> known = Collections.newSetFromMap(new IdentityHashMap<>());

  PrometheusView(Meters meters) {
    this.meters = meters;
  }

  /// All current values.
  ///
  /// @param format a content type
  String in(String format) {
    for (Family family : meters.families()) {
      add(family, registry);
    }
    return registry.scrape(format);
  }

  private void add(Family family, PrometheusMeterRegistry to) {
    switch (family.metric().kind()) {
      case COUNTER -> {
        for (Series series : family.all()) {
          if (known.add(series)) {
            FunctionCounter.builder(family.metric().name(), series, Series::value)
                .description(family.metric().help())
                .tags(tags(family.metric(), series))
                .register(to);
          }
        }
      }
      case GAUGE -> {
        for (Series series : family.all()) {
          if (known.add(series)) {
            Gauge.builder(family.metric().name(), series, Series::value)
                .description(family.metric().help())
                .tags(tags(family.metric(), series))
                .register(to);
          }
        }
      }
      case HISTOGRAM -> {
        if (known.add(family)) {
          to.getPrometheusRegistry().register(() -> histogram(family));
        }
      }
      case INFO -> {
        if (known.add(family)) {
          to.getPrometheusRegistry().register(() -> info(family));
        }
      }
    }
  }

  private static List<Tag> tags(Metric metric, Series series) {
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < metric.labels().size(); i++) {
      tags.add(Tag.of(metric.labels().get(i).name(), series.values.get(i)));
    }
    return tags;
  }

  private static Labels labels(Metric metric, Series series) {
    return Labels.of(
        metric.labels().stream().map(Label::name).toList(), List.copyOf(series.values));
  }

  private static MetricSnapshot histogram(Family family) {
    Metric metric = family.metric();
    HistogramSnapshot.Builder all =
        HistogramSnapshot.builder().name(metric.name()).help(metric.help());
    Buckets buckets = metric.buckets();
    for (Series series : family.all()) {
      Histogram histogram = series.histogram();
      if (buckets != null && histogram != null) {
        double sum = histogram.sum();
        all.dataPoint(
            HistogramDataPointSnapshot.builder()
                .labels(labels(metric, series))
                .classicHistogramBuckets(
                    ClassicHistogramBuckets.of(buckets.inBaseUnit(), counts(histogram)))
                .sum(sum)
                .build());
      }
    }
    return all.build();
  }

  private static Number[] counts(Histogram histogram) {
    long[] counts = histogram.counts();
    Number[] all = new Number[counts.length];
    for (int i = 0; i < counts.length; i++) {
      all[i] = counts[i];
    }
    return all;
  }

  private static MetricSnapshot info(Family family) {
    Metric metric = family.metric();
    String name = metric.name().substring(0, metric.name().length() - "_info".length());
    InfoSnapshot.Builder all = InfoSnapshot.builder().name(name).help(metric.help());
    for (Series series : family.all()) {
      all.dataPoint(InfoDataPointSnapshot.builder().labels(labels(metric, series)).build());
    }
    return all.build();
  }
}
