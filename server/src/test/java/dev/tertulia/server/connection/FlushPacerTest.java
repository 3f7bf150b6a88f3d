package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.connection.ConnectionLoop.FlushPacer;
import org.junit.jupiter.api.Test;

/// Times are in microseconds of work here, for the reader's sake.
final class FlushPacerTest {
  private static final long US = 1_000;

  private long worked;

  /// Does `other` work, then flushes for `cost`.
  ///
  /// @return how long the loop is to rest
  private long restAfter(FlushPacer pacer, long other, long cost) {
    worked += other * US;
    pacer.flushBegins(worked);
    worked += cost * US;
    return pacer.flushEnded(worked) / US;
  }

  @Test
  void aBusyLoopRestsOneAndAHalfTimesAsLongAsTheFlush() {
    FlushPacer pacer = new FlushPacer(5_000 * US);
    assertThat(restAfter(pacer, 0, 400)).isEqualTo(600);
    assertThat(restAfter(pacer, 100, 1_000)).isEqualTo(1_500);
  }

  @Test
  void aLoopThatHasLittleToFlushDoesNotRest() {
    FlushPacer pacer = new FlushPacer(5_000 * US);
    assertThat(restAfter(pacer, 0, 20)).isZero();
    assertThat(restAfter(pacer, 0, 40)).isEqualTo(60);
  }

  @Test
  void theRestIsNeverLongerThanTheBudget() {
    FlushPacer pacer = new FlushPacer(5_000 * US);
    assertThat(restAfter(pacer, 0, 80_000)).isEqualTo(5_000);
  }

  @Test
  void otherWorkOfTheLoopIsDeductedFromItsRest() {
    FlushPacer pacer = new FlushPacer(5_000 * US);
    assertThat(restAfter(pacer, 0, 4_000)).isEqualTo(5_000);
    assertThat(restAfter(pacer, 1_000, 4_000)).isEqualTo(4_000);
    assertThat(restAfter(pacer, 9_000, 3_000)).isZero();
  }

  @Test
  void withoutABudgetItNeverRests() {
    FlushPacer pacer = new FlushPacer(0);
    assertThat(restAfter(pacer, 0, 80_000)).isZero();
  }

  @Test
  void aConnectionWithRareOutputIsNotDelayed() {
    FlushPacer pacer = new FlushPacer(5_000 * US);
    for (int i = 0; i < 20; i++) {
      pacer.sends(20_000 * US, 1);
      restAfter(pacer, 0, 8_000);
    }
    assertThat(restAfter(pacer, 0, 8_000)).isZero();
  }

  @Test
  void itRestsAgainWhenOutputBecomesFrequent() {
    FlushPacer pacer = new FlushPacer(5_000 * US);
    pacer.sends(3_600_000_000L * US, 1);
    assertThat(restAfter(pacer, 0, 8_000)).isZero();
    for (int i = 0; i < 100; i++) {
      pacer.sends(1_000 * US, 1);
    }
    assertThat(restAfter(pacer, 0, 8_000)).isEqualTo(5_000);
  }

  @Test
  void batchedOutputCountsAsFrequent() {
    FlushPacer pacer = new FlushPacer(5_000 * US);
    for (int i = 0; i < 100; i++) {
      pacer.sends(20_000 * US, 8);
    }
    assertThat(restAfter(pacer, 0, 8_000)).isEqualTo(5_000);
  }
}
