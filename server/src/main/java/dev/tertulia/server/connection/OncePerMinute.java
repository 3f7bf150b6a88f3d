package dev.tertulia.server.connection;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Counts events and decides when to log them: the first one, and then at most once a minute. Safe
/// for any thread.
final class OncePerMinute {
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanoClock;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong toldAt;

  /// @param nanoClock a monotonic clock, in nanoseconds
  OncePerMinute(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    toldAt = new AtomicLong(nanoClock.getAsLong() - PAUSE_NANOS);
  }

  /// Counts an event.
  ///
  /// @return the number of events so far, including this one
  int add() {
    return count.incrementAndGet();
  }

  /// Whether the event is to be logged now; if so, the caller must log it.
  boolean isTimeToTell() {
    long now = nanoClock.getAsLong();
    long before = toldAt.get();
    return now - before >= PAUSE_NANOS && toldAt.compareAndSet(before, now);
  }

  /// The number of events so far.
  int count() {
    return count.get();
  }
}
