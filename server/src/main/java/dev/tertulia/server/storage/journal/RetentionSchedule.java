package dev.tertulia.server.storage.journal;

import java.util.concurrent.TimeUnit;

/// Determines when the next slice of the [RetentionSweeper] is due: with the next batch or, if
/// there is none for a while, on its own. Times are those of a monotonic clock, in nanoseconds.
/// Owned by the writer.
final class RetentionSchedule {
  /// The time between slices while there is more to remove, and the time that a due slice waits for
  /// a batch.
  private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(20);

  /// The time between slices when nothing more is to be removed.
  private static final long IDLE_WAIT = TimeUnit.SECONDS.toNanos(1);

  /// From one slice that failed to the next.
  private static final long REST = TimeUnit.MINUTES.toNanos(1);

  private final RetentionSweeper retentionSweeper;
  private long last;
  private long wait = WAIT;

  RetentionSchedule(RetentionSweeper retentionSweeper, long now) {
    this.retentionSweeper = retentionSweeper;
    last = now - WAIT;
  }

  /// Whether the time for a slice has come.
  boolean isTimely(long now) {
    return now - next() >= 0;
  }

  /// Whether the next batch takes a slice along: the time has come, or much was added meanwhile.
  boolean isDue(long now) {
    return isTimely(now) || (wait != REST && retentionSweeper.isPressing());
  }

  /// When a slice is done that no batch has taken along.
  long alone() {
    return next() + WAIT;
  }

  /// A slice that was timely is done.
  ///
  /// @param more whether there is more to remove
  void done(long now, boolean more) {
    last = now;
    wait = more ? WAIT : IDLE_WAIT;
  }

  /// A slice could not be done.
  void failed(long now) {
    last = now;
    wait = REST;
  }

  private long next() {
    return last + (wait == IDLE_WAIT && retentionSweeper.isDue() ? WAIT : wait);
  }
}
