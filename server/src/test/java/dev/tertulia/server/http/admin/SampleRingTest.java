package dev.tertulia.server.http.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/// The samples of the last hour: as many as there may be, in order, and whole also while others are
/// added.
final class SampleRingTest {
  private final AtomicLong number = new AtomicLong();
  private final SampleRing ring = new SampleRing(gauges(number::get));

  private static Gauges gauges(LongSupplier source) {
    Map<Gauge, LongSupplier> sources = new EnumMap<>(Gauge.class);
    for (Gauge gauge : Gauge.values()) {
      sources.put(gauge, source);
    }
    return new Gauges(sources);
  }

  private void add(int samples) {
    for (int i = 0; i < samples; i++) {
      ring.add(number.incrementAndGet());
    }
  }

  @Test
  void samplesAreReadInTheirOrder() {
    assertThat(ring.after(0)).isEmpty();
    add(3);
    assertThat(ring.after(0)).extracting(sample -> sample[0]).containsExactly(1L, 2L, 3L);
    assertThat(ring.after(0)).allSatisfy(SampleRingTest::isWhole);
    assertThat(ring.after(2)).extracting(sample -> sample[0]).containsExactly(3L);
    assertThat(ring.after(3)).isEmpty();
  }

  @Test
  void onlyThoseOfTheLastHourAreKept() {
    for (int round = 0; round < 3; round++) {
      add(SampleRing.CAPACITY + 7);
      List<long[]> kept = ring.after(0);
      assertThat(kept).hasSize(SampleRing.CAPACITY).allSatisfy(SampleRingTest::isWhole);
      assertThat(kept.getLast()[0]).isEqualTo(number.get());
      assertThat(kept.getFirst()[0]).isEqualTo(number.get() - SampleRing.CAPACITY + 1);
    }
  }

  @Test
  void aSampleIsWholeAlsoWhileOthersAreAdded() throws InterruptedException {
    Thread writer = Thread.ofPlatform().start(() -> add(500_000));
    while (writer.isAlive()) {
      List<long[]> samples = ring.after(0);
      assertThat(samples.size()).isLessThanOrEqualTo(SampleRing.CAPACITY);
      for (int i = 0; i < samples.size(); i++) {
        isWhole(samples.get(i));
        assertThat(samples.get(i)[0]).isEqualTo(samples.getFirst()[0] + i);
      }
    }
    writer.join();
  }

  @Test
  void everyGaugeNeedsASource() {
    assertThatThrownBy(() -> new Gauges(Map.of(Gauge.ROOMS, () -> 1L)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void isWhole(long[] sample) {
    assertThat(sample).hasSize(1 + Gauge.values().length).containsOnly(sample[0]);
  }
}
