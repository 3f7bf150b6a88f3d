package dev.tertulia.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// How fast one may speak, on a clock that stands still until it is moved.
final class RateTest {
  private final Rate rate = new Rate(10, 3);
  private long now = -5_000_000_000L;
  private long paidUntil = now;

  @Test
  void aBurstIsFreeAndTheNextMessageWaits() {
    for (int i = 0; i < 3; i++) {
      assertThat(speak()).isNotPositive();
    }
    assertThat(speak()).isEqualTo(100_000_000);
  }

  @Test
  void afterTheWaitOneMessageIsAllowed() {
    for (int i = 0; i < 4; i++) {
      speak();
    }
    for (int i = 0; i < 20; i++) {
      now += 100_000_000;
      assertThat(rate.wait(paidUntil, now)).isZero();
      assertThat(speak()).isEqualTo(100_000_000);
    }
  }

  @Test
  void silenceRestoresTheBurstAndNoMore() {
    for (int i = 0; i < 4; i++) {
      speak();
    }
    now += 3_600_000_000_000L;
    for (int i = 0; i < 3; i++) {
      assertThat(speak()).isNotPositive();
    }
    assertThat(speak()).isEqualTo(100_000_000);
  }

  @Test
  void theLessStrictOfTwo() {
    assertThat(new Rate(10, 3).atLeast(new Rate(5, 7))).isEqualTo(new Rate(10, 7));
    assertThat(new Rate(10, 3).atLeast(Rate.NONE)).isEqualTo(Rate.NONE);
    assertThat(Rate.NONE.atLeast(new Rate(10, 3))).isEqualTo(Rate.NONE);
  }

  @Test
  void zeroMeansNoLimit() {
    Rate none = new Rate(0, 1);
    long paid = now;
    for (int i = 0; i < 10_000; i++) {
      paid = none.after(paid, now, 1);
      assertThat(none.wait(paid, now)).isNotPositive();
    }
  }

  @Test
  void theLargestSettingsDoNotOverflow() {
    Rate large = new Rate(1, 1_000_000);
    assertThat(large.wait(large.after(now, now, 1), now)).isNotPositive();
  }

  private long speak() {
    paidUntil = rate.after(paidUntil, now, 1);
    return rate.wait(paidUntil, now);
  }
}
