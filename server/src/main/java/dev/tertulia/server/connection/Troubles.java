package dev.tertulia.server.connection;

import dev.tertulia.server.topic.LogException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What could not be looked up: counted, and told in the server's log, with the first and then once
/// a minute at most, though thousands meet the same. Safe for any thread.
public final class Troubles {
  private static final Logger log = LoggerFactory.getLogger(Troubles.class);
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanoClock;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong toldAt;

  /// @param nanoClock nanoseconds of a clock that never goes back
  public Troubles(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    toldAt = new AtomicLong(nanoClock.getAsLong() - PAUSE_NANOS);
  }

  /// Something could not be looked up.
  void met(RuntimeException failure) {
    int all = count.incrementAndGet();
    long now = nanoClock.getAsLong();
    long before = toldAt.get();
    if (now - before < PAUSE_NANOS || !toldAt.compareAndSet(before, now)) {
      return;
    }
    switch (failure) {
      case LogException trouble ->
          log.warn(
              "Clients are refused what they ask of the log ({} so far): {}",
              all,
              trouble.getMessage());
      case RejectedExecutionException full ->
          log.warn("Clients are refused what they ask of the log ({} so far): too many ask", all);
      default -> log.error("Reading the log failed ({} so far)", all, failure);
    }
  }

  /// How often that was so.
  public int count() {
    return count.get();
  }
}
