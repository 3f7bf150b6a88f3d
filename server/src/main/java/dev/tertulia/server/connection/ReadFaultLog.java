package dev.tertulia.server.connection;

import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.RateLimitedLog;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts failed reads and logs them: each different fault immediately, the same one at most once a
/// minute, however many clients meet it. Safe for any thread.
public final class ReadFaultLog {
  private static final Logger log = LoggerFactory.getLogger(ReadFaultLog.class);

  private final RateLimitedLog lines;
  private final AtomicInteger count = new AtomicInteger();

  /// @param nanoClock a monotonic clock, in nanoseconds
  public ReadFaultLog(LongSupplier nanoClock) {
    lines = new RateLimitedLog(nanoClock, Duration.ofMinutes(1));
  }

  /// Records a failed read.
  public void met(RuntimeException failure) {
    int soFar = count.incrementAndGet();
    switch (failure) {
      case LogException trouble ->
          lines.met(
              String.valueOf(trouble.getMessage()),
              suffix ->
                  log.warn(
                      "Reading the log is refused ({} so far): {}{}. See what is logged about the"
                          + " storage",
                      soFar,
                      trouble.getMessage(),
                      suffix));
      case RejectedExecutionException full ->
          lines.met(
              "full",
              suffix ->
                  log.warn(
                      "Reading the log is refused ({} so far): too many requests{}. If this"
                          + " repeats, check the load of the disk",
                      soFar,
                      suffix));
      default ->
          lines.met(
              kindOf(failure),
              suffix ->
                  log.error(
                      "Reading the log failed ({} so far){} because of a bug: please report it",
                      soFar,
                      suffix,
                      failure));
    }
  }

  /// The key of a bug: its type and location.
  private static String kindOf(RuntimeException failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    return failure.getClass().getName() + (trace.length == 0 ? "" : " " + trace[0]);
  }

  /// The number of failed reads.
  public int count() {
    return count.get();
  }
}
