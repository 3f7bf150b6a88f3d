package dev.tertulia.server.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CommitPacerTest {
  private final CommitPacer pacer = new CommitPacer(CommitPacer.LONGEST);

  @Test
  void aWriterWithoutIdleTimeRestsInProportionToItsWork() {
    assertThat(pacer.rest(10_000, 3, 0)).isEqualTo(80_000);
  }

  @Test
  void theRestIsBounded() {
    assertThat(pacer.rest(90_000_000, 3, 0)).isEqualTo(CommitPacer.LONGEST);
  }

  @Test
  void aSharedDatabaseIsLeftAloneForLongerAfterSeveralDrafts() {
    CommitPacer ofShared = new CommitPacer(CommitPacer.LONGEST_OF_SHARED);
    assertThat(ofShared.rest(90_000_000, 2, 0)).isEqualTo(CommitPacer.LONGEST_OF_SHARED);
    assertThat(ofShared.rest(400_000, 2, CommitPacer.LONGEST_OF_SHARED)).isPositive();
    assertThat(ofShared.rest(90_000_000, 1, 0)).isEqualTo(CommitPacer.LONGEST);
    assertThat(ofShared.rest(400_000, 1, CommitPacer.LONGEST + 1)).isZero();
  }

  @Test
  void noRestFollowsALargeBatch() {
    assertThat(pacer.rest(400_000, 256, 0)).isZero();
  }

  @Test
  void anIdleWriterDoesNotRest() {
    assertThat(pacer.rest(400_000, 1, CommitPacer.LONGEST)).isPositive();
    assertThat(pacer.rest(400_000, 1, CommitPacer.LONGEST + 1)).isZero();
  }
}
