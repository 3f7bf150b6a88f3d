package dev.tertulia.server.connection;

import dev.tertulia.server.topic.LogException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What could not be looked up: counted, and told in the server's log, with the first and then once
/// a minute at most, though thousands meet the same. Safe for any thread.
public final class Troubles {
  private static final Logger log = LoggerFactory.getLogger(Troubles.class);

  private final OncePerMinute all;

  /// @param nanoClock nanoseconds of a clock that never goes back
  public Troubles(LongSupplier nanoClock) {
    all = new OncePerMinute(nanoClock);
  }

  /// Something could not be looked up.
  void met(RuntimeException failure) {
    int count = all.add();
    if (!all.isTimeToTell()) {
      return;
    }
    switch (failure) {
      case LogException trouble ->
          log.warn(
              "Clients are refused what they ask of the log ({} so far): {}",
              count,
              trouble.getMessage());
      case RejectedExecutionException full ->
          log.warn("Clients are refused what they ask of the log ({} so far): too many ask", count);
      default -> log.error("Reading the log failed ({} so far)", count, failure);
    }
  }

  /// How often that was so.
  public int count() {
    return all.count();
  }
}
