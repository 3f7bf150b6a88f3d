package dev.tertulia.server.connection;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Counts what happens, and says when to tell of it: with the first, and then once a minute at
/// most, though it happens thousands of times. Safe for any thread.
final class OncePerMinute {
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanoClock;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong toldAt;

  /// @param nanoClock nanoseconds of a clock that never goes back
  OncePerMinute(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    toldAt = new AtomicLong(nanoClock.getAsLong() - PAUSE_NANOS);
  }

  /// One more.
  ///
  /// @return how many there have been, this one included
  int add() {
    return count.incrementAndGet();
  }

  /// Whether it is to be told now, which is then as good as done.
  boolean isTimeToTell() {
    long now = nanoClock.getAsLong();
    long before = toldAt.get();
    return now - before >= PAUSE_NANOS && toldAt.compareAndSet(before, now);
  }

  /// How many there have been.
  int count() {
    return count.get();
  }
}
