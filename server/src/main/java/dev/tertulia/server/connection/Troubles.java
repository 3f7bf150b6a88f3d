package dev.tertulia.server.connection;

import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.RateLimitedLog;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What could not be looked up: counted, and told in the server's log: each different fault at
/// once, the same one once a minute at most, though thousands meet it. Safe for any thread.
public final class Troubles {
  private static final Logger log = LoggerFactory.getLogger(Troubles.class);

  private final RateLimitedLog lines;
  private final AtomicInteger count = new AtomicInteger();

  /// @param nanoClock nanoseconds of a clock that never goes back
  public Troubles(LongSupplier nanoClock) {
    lines = new RateLimitedLog(nanoClock, Duration.ofMinutes(1));
  }

  /// Something could not be looked up.
  void met(RuntimeException failure) {
    int soFar = count.incrementAndGet();
    switch (failure) {
      case LogException trouble ->
          lines.met(
              String.valueOf(trouble.getMessage()),
              suffix ->
                  log.warn(
                      "Reading the log is refused ({} so far): {}{}",
                      soFar,
                      trouble.getMessage(),
                      suffix));
      case RejectedExecutionException full ->
          lines.met(
              "full",
              suffix ->
                  log.warn(
                      "Reading the log is refused ({} so far): too many requests{}",
                      soFar,
                      suffix));
      default ->
          lines.met(
              kindOf(failure),
              suffix -> log.error("Reading the log failed ({} so far){}", soFar, suffix, failure));
    }
  }

  /// What tells a defect from others: what it is, and where.
  private static String kindOf(RuntimeException failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    return failure.getClass().getName() + (trace.length == 0 ? "" : " " + trace[0]);
  }

  /// How often that was so.
  public int count() {
    return count.get();
  }
}
