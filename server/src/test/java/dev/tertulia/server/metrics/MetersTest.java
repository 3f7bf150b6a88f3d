package dev.tertulia.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MetersTest {
  private static final Metric PLAIN = Metric.counter("tertulia_test_total", "A count");
  private static final Metric LABELLED =
      Metric.counter("tertulia_kinds_total", "A count", new Label("kind", 2, "a kind"));

  private final Meters meters = new Meters();

  @Test
  void aValueIsTheSumOfItsParts() throws InterruptedException {
    meters.local(PLAIN).add(2);
    Thread.ofPlatform().start(() -> meters.local(PLAIN).increment()).join();
    meters.counter(PLAIN).add(10);
    meters.counter(PLAIN).add(20);
    meters.counted(PLAIN, () -> 100);
    assertThat(meters.value(PLAIN)).isEqualTo(133);
    assertThat(meters.size()).isEqualTo(1);
  }

  @Test
  void aLabelHasNoMoreValuesThanItsBound() {
    for (String kind : new String[] {"a", "b", "c", "d", "a"}) {
      meters.counter(LABELLED, kind).increment();
    }
    assertThat(meters.value(LABELLED, "a")).isEqualTo(2);
    assertThat(meters.value(LABELLED, "b")).isEqualTo(1);
    assertThat(meters.value(LABELLED, Label.OTHER)).isEqualTo(2);
    assertThat(meters.total(LABELLED)).isEqualTo(5);
    assertThat(meters.size()).isEqualTo(3);
  }

  @Test
  void aHistogramCountsAValueInTheFirstBucketThatContainsIt() {
    Metric metric = Metric.histogram("tertulia_size", new Buckets(List.of(1L, 10L), 0.5), "Sizes");
    Histogram histogram = meters.histogram(metric);
    for (long value : new long[] {-1, 0, 1, 2, 10, 11, 1_000}) {
      histogram.record(value);
    }
    assertThat(histogram.counts()).containsExactly(3, 2, 2);
    assertThat(histogram.sum()).isEqualTo(512);
    assertThat(meters.histogram(metric)).isSameAs(histogram);
    assertThat(meters.value(metric)).isEqualTo(7);
  }

  @Test
  void whatIsUsedOtherwiseThanDescribedIsABug() {
    assertThatThrownBy(() -> meters.gauge(PLAIN, () -> 1)).hasMessageContaining("COUNTER");
    assertThatThrownBy(() -> meters.counter(LABELLED)).hasMessageContaining("1 labels");
    meters.declare(PLAIN);
    assertThatThrownBy(() -> meters.declare(Metric.counter(PLAIN.name(), "Another count")))
        .hasMessageContaining("two metrics");
  }
}
