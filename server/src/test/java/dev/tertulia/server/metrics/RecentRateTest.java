package dev.tertulia.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RecentRateTest {
  private long sum;
  private long now;
  private final RecentRate rate = new RecentRate(() -> sum, () -> now);

  private void second(int more) {
    sum += more;
    now += TimeUnit.SECONDS.toNanos(1);
    rate.look();
  }

  @Test
  void itIsTheAverageOfTheLastTenSeconds() {
    for (int i = 0; i < 30; i++) {
      second(7);
    }
    assertThat(rate.perSecond()).isCloseTo(7, within(1e-9));
    for (int i = 0; i < 5; i++) {
      second(0);
    }
    assertThat(rate.perSecond()).isCloseTo(3.5, within(1e-9));
    for (int i = 0; i < 5; i++) {
      second(0);
    }
    assertThat(rate.perSecond()).isZero();
  }

  @Test
  void theTimeBeforeTheFirstLookCountsAsEmpty() {
    sum = 20;
    assertThat(rate.perSecond()).isCloseTo(2, within(1e-9));
    second(0);
    assertThat(rate.perSecond()).isCloseTo(2, within(1e-9));
  }

  /// A loop that was blocked looks late.
  @Test
  void aLateLookDoesNotRaiseIt() {
    for (int i = 0; i < 11; i++) {
      second(10);
    }
    sum += 300;
    now += TimeUnit.SECONDS.toNanos(30);
    assertThat(rate.perSecond()).isCloseTo(10, within(1e-9));
  }
}
