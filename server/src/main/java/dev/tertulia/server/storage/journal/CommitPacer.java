package dev.tertulia.server.storage.journal;

/// Decides how long the writer rests after a commit. Owned by the writer.
///
/// The cost of a commit hardly depends on its size. A writer that commits as often as it can is
/// busy at any load; a writer that waits a little stores several entries at the same cost. So it
/// rests in proportion to the processor time of the commit: at a high rate of commits, they take a
/// tenth of a processor. An entry that arrives after the rest is committed immediately, and one
/// that arrives during it waits at most the longest rest. A writer that was idle for that long
/// before the batch does not rest at all: nothing would arrive meanwhile, and sleeping and waking
/// costs as much as a tenth of a commit.
final class CommitPacer {
  /// The longest rest of who is the only one to write, in nanoseconds.
  static final long LONGEST = 2_000_000;

  /// The longest rest of who shares the database, in nanoseconds: a commit there costs the server
  /// as much again, and others wait for the same topics. After a single draft it is [#LONGEST], so
  /// that who stores one after the other is not held up.
  static final long LONGEST_OF_SHARED = 5_000_000;

  /// How many times as long as the work the rest is.
  private static final int REST = 8;

  /// A batch as large has shared its commit well enough.
  private static final int LARGE = 256;

  private final long longest;

  /// @param longest the longest rest after several drafts, in nanoseconds; at least [#LONGEST]
  CommitPacer(long longest) {
    this.longest = longest;
  }

  /// Says how long to rest after a batch.
  ///
  /// @param workedNanos processor time that the batch took
  /// @param drafts how many were in it
  /// @param idleNanos how long the writer had waited for the first of them
  /// @return how long to rest now, in nanoseconds
  long rest(long workedNanos, int drafts, long idleNanos) {
    long bound = drafts > 1 ? longest : LONGEST;
    return drafts >= LARGE || idleNanos > bound ? 0 : Math.min(bound, REST * workedNanos);
  }
}
