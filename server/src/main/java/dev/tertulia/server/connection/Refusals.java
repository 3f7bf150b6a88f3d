package dev.tertulia.server.connection;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts how often a limit has refused something, and logs it: the first time, and then at most
/// once a minute. Safe for any thread.
public final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  private final String text;
  private final OncePerMinute all;

  /// @param text the log line: what happens, and which setting controls it
  /// @param nanoClock a monotonic clock, in nanoseconds
  public Refusals(String text, LongSupplier nanoClock) {
    this.text = text;
    all = new OncePerMinute(nanoClock);
  }

  /// Counts a refusal.
  ///
  /// @return the number of refusals so far, including this one
  public int add() {
    int count = all.add();
    if (all.isTimeToTell()) {
      log.warn("{} ({} so far)", text, count);
    }
    return count;
  }

  /// The number of refusals so far.
  public int count() {
    return all.count();
  }
}
