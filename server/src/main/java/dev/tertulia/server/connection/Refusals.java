package dev.tertulia.server.connection;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How often a bound has turned somebody away: counted, and told in the log, with the first and
/// then once a minute at most. Safe for any thread.
public final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  private final String text;
  private final OncePerMinute all;

  /// @param text what happens, and which setting decides it
  /// @param nanoClock nanoseconds of a clock that never goes back
  public Refusals(String text, LongSupplier nanoClock) {
    this.text = text;
    all = new OncePerMinute(nanoClock);
  }

  /// One more.
  ///
  /// @return how many there have been, this one included
  public int add() {
    int count = all.add();
    if (all.isTimeToTell()) {
      log.warn("{} ({} so far)", text, count);
    }
    return count;
  }

  /// How many there have been.
  public int count() {
    return all.count();
  }
}
