package dev.tertulia.server.connection;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How often a bound has turned somebody away: counted, and told in the log, with the first and
/// then once a minute at most. Safe for any thread.
public final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String text;
  private final LongSupplier nanoClock;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong toldAt;

  /// @param text what happens, and which setting decides it
  /// @param nanoClock nanoseconds of a clock that never goes back
  public Refusals(String text, LongSupplier nanoClock) {
    this.text = text;
    this.nanoClock = nanoClock;
    toldAt = new AtomicLong(nanoClock.getAsLong() - PAUSE_NANOS);
  }

  /// One more.
  ///
  /// @return how many there have been, this one included
  public int add() {
    int all = count.incrementAndGet();
    long now = nanoClock.getAsLong();
    long before = toldAt.get();
    if (now - before >= PAUSE_NANOS && toldAt.compareAndSet(before, now)) {
      log.warn("{} ({} so far)", text, all);
    }
    return all;
  }

  /// How many there have been.
  public int count() {
    return count.get();
  }
}
