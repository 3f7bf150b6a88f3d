package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Times are in microseconds here, for the reader's sake.
final class FlushPacerTest {
  private static final long US = 1_000;

  /// Flushes at `begin` for `cost`, and says how long a message that comes `later` must wait.
  private static long restAfter(FlushPacer pacer, long begin, long cost, long later) {
    pacer.flushBegins(begin * US);
    pacer.flushEnded((begin + cost) * US);
    return Math.max(0, pacer.restLeft((begin + cost + later) * US) / US);
  }

  @Test
  void aLoneMessageLeavesAtOnce() {
    FlushPacer pacer = new FlushPacer(5_000 * US, 0);
    assertThat(pacer.restLeft(0)).isZero();
    assertThat(restAfter(pacer, 0, 50, 20_000)).isZero();
  }

  @Test
  void aBusyLoopRestsForAsLongAsTheFlushTook() {
    FlushPacer pacer = new FlushPacer(5_000 * US, 0);
    assertThat(restAfter(pacer, 0, 3_000, 0)).isEqualTo(3_000);
    assertThat(restAfter(pacer, 10_000, 3_000, 1_000)).isEqualTo(2_000);
  }

  @Test
  void theRestIsNeverLongerThanTheBudgetAndNeverTooShortToPay() {
    FlushPacer pacer = new FlushPacer(5_000 * US, 0);
    assertThat(restAfter(pacer, 0, 80_000, 0)).isEqualTo(5_000);
    assertThat(restAfter(pacer, 100_000, 1, 0)).isEqualTo(500);
  }

  @Test
  void withoutABudgetNothingEverWaits() {
    FlushPacer pacer = new FlushPacer(0, 0);
    assertThat(restAfter(pacer, 0, 80_000, 0)).isZero();
  }
}
