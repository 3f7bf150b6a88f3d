package dev.tertulia.server.connection;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts how often a limit has refused something, and logs it: the first time, and then at most
/// once a minute. Safe for any thread.
public final class RefusalLog {
  private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String text;
  private final LongSupplier nanoClock;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong loggedAt;

  /// @param text the log line: what happens, and which setting controls it
  /// @param nanoClock a monotonic clock, in nanoseconds
  public RefusalLog(String text, LongSupplier nanoClock) {
    this.text = text;
    this.nanoClock = nanoClock;
    loggedAt = new AtomicLong(nanoClock.getAsLong() - PAUSE_NANOS);
  }

  /// Counts a refusal.
  ///
  /// @return the number of refusals so far, including this one
  public int add() {
    int soFar = count.incrementAndGet();
    long now = nanoClock.getAsLong();
    long before = loggedAt.get();
    if (now - before >= PAUSE_NANOS && loggedAt.compareAndSet(before, now)) {
      log.warn("{} ({} so far)", text, soFar);
    }
    return soFar;
  }

  /// The number of refusals so far.
  public int count() {
    return count.get();
  }
}
