package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How fast one may speak, on a clock that stands still until it is moved.
final class MessageRateTest {
  private final MessageRate rate = new MessageRate(10, 3);
  private long now = -5_000_000_000L;
  private long paidUntil = now;

  @Test
  void aBurstIsFreeAndTheNextMessageWaits() {
    for (int i = 0; i < 3; i++) {
      assertThat(speak().isPositive()).isFalse();
    }
    assertThat(speak()).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void afterTheWaitOneMessageIsAllowed() {
    for (int i = 0; i < 4; i++) {
      speak();
    }
    for (int i = 0; i < 20; i++) {
      now += 100_000_000;
      assertThat(rate.wait(paidUntil, now)).isZero();
      assertThat(speak()).isEqualTo(Duration.ofMillis(100));
    }
  }

  @Test
  void silenceRestoresTheBurstAndNoMore() {
    for (int i = 0; i < 4; i++) {
      speak();
    }
    now += 3_600_000_000_000L;
    for (int i = 0; i < 3; i++) {
      assertThat(speak().isPositive()).isFalse();
    }
    assertThat(speak()).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void zeroMeansNoLimit() {
    MessageRate none = new MessageRate(0, 1);
    long paid = now;
    for (int i = 0; i < 10_000; i++) {
      paid = none.afterMessage(paid, now);
      assertThat(none.wait(paid, now).isPositive()).isFalse();
    }
  }

  @Test
  void theLargestSettingsDoNotOverflow() {
    MessageRate large = new MessageRate(1, 1_000_000);
    assertThat(large.wait(large.afterMessage(now, now), now).isPositive()).isFalse();
  }

  private Duration speak() {
    paidUntil = rate.afterMessage(paidUntil, now);
    return rate.wait(paidUntil, now);
  }
}
