package dev.tertulia.server.limits;

import dev.tertulia.server.logging.LogContext;
import dev.tertulia.server.logging.LogField;
import dev.tertulia.server.metrics.Counter;
import dev.tertulia.server.model.ClientId;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts how often a limit has refused something, and logs it: the first time, and then at most
/// once a minute. Safe for any thread.
public final class RefusalLog {
  private static final Logger log = LoggerFactory.getLogger(RefusalLog.class);
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String text;
  private final LongSupplier nanoClock;
  private final Counter count;
  private final AtomicLong loggedAt;

  /// @param text the log line: what happens, and which setting controls it
  /// @param nanoClock a monotonic clock, in nanoseconds
  public RefusalLog(String text, LongSupplier nanoClock) {
    this(text, nanoClock, Counter.ofNoMeters());
  }

  /// @param count the number of refusals, which other logs may share
  RefusalLog(String text, LongSupplier nanoClock, Counter count) {
    this.text = text;
    this.nanoClock = nanoClock;
    this.count = count;
    loggedAt = new AtomicLong(nanoClock.getAsLong() - PAUSE_NANOS);
  }

  /// Counts a refusal.
  public void add() {
    add(null);
  }

  /// Counts a refusal.
  ///
  /// @param who whose request it was: a [ClientId], or an address or block of them; `null` if that
  ///   is not known
  public void add(@Nullable Object who) {
    count.increment();
    long now = nanoClock.getAsLong();
    long before = loggedAt.get();
    if (now - before >= PAUSE_NANOS && loggedAt.compareAndSet(before, now)) {
      try (LogContext _ =
          new LogContext()
              .with(who instanceof ClientId ? LogField.CLIENT : LogField.ADDRESS, who)) {
        log.warn("{} ({} so far)", text, count.sum());
      }
    }
  }

  /// The number of refusals so far.
  public long count() {
    return count.sum();
  }
}
