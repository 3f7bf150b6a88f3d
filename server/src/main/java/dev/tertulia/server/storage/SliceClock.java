package dev.tertulia.server.storage;

import java.util.concurrent.TimeUnit;

/// Says when the [Retainer]'s next slice is due: with the next batch, or, if there is none for a
/// while, by itself. Times are those of a clock that never goes back, in nanoseconds. Owned by the
/// writer.
final class SliceClock {
  /// From one slice to the next while there is more to let go; and how long one that is due waits
  /// for a batch to go with.
  private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(20);

  /// From one slice to the next when there was nothing more to let go.
  private static final long IDLE_WAIT = TimeUnit.SECONDS.toNanos(1);

  /// From one slice that failed to the next.
  private static final long REST = TimeUnit.MINUTES.toNanos(1);

  private final Retainer retainer;
  private long last;
  private long wait = WAIT;

  SliceClock(Retainer retainer, long now) {
    this.retainer = retainer;
    last = now - WAIT;
  }

  /// Whether the time for a slice has come.
  boolean isTimely(long now) {
    return now - next() >= 0;
  }

  /// Whether the next batch takes a slice along: the time has come, or much was added meanwhile.
  boolean isDue(long now) {
    return isTimely(now) || (wait != REST && retainer.isPressing());
  }

  /// When a slice is done that no batch has taken along.
  long alone() {
    return next() + WAIT;
  }

  /// A slice that was timely is done.
  ///
  /// @param more whether there is more to let go
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
    return last + (wait == IDLE_WAIT && retainer.isDue() ? WAIT : wait);
  }
}
