package dev.tertulia.server.storage;

/// Decides how long the writer rests after a commit. Owned by the writer.
///
/// What a commit costs hardly depends on how much is in it. A writer that commits as often as it
/// can is busy whatever the load; one that waits a little stores several entries for the same
/// price. So it rests in proportion to the processor time that the commit took: when commits come
/// thick, that leaves a tenth of a processor for them. An entry that comes after the rest is
/// committed at once, and one that comes within it waits [#LONGEST] at most. A writer that had
/// nothing to do for so long before the batch doesn't rest at all: nothing would come meanwhile,
/// and to sleep and to wake costs as much as a tenth of a commit.
final class CommitPacer {
  /// The longest rest, in nanoseconds.
  static final long LONGEST = 2_000_000;

  /// How many times as long as the work the rest is.
  private static final int REST = 8;

  /// A batch as large has shared its commit well enough.
  private static final int LARGE = 256;

  /// Says how long to rest after a batch.
  ///
  /// @param workedNanos processor time that the batch took
  /// @param drafts how many were in it
  /// @param idleNanos how long the writer had waited for the first of them
  /// @return how long to rest now, in nanoseconds
  long rest(long workedNanos, int drafts, long idleNanos) {
    return drafts >= LARGE || idleNanos > LONGEST ? 0 : Math.min(LONGEST, REST * workedNanos);
  }
}
