package dev.tertulia.server.audit;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// How many lines of one source may still be recorded, and how many were not. Safe for any thread.
final class Allowance {
  /// What [#take] returns for a line that is not recorded.
  static final long REFUSED = -1;

  private final long burstNanos;
  private final long pauseNanos;

  /// This and what follows is guarded by `this`.
  private long paidUntil;

  private long suppressed;
  private @Nullable InetAddress last;

  /// @param burst the number of lines that are recorded at once
  /// @param pauseNanos the time after which one more is
  /// @param now nanoseconds of the clock that is used from now on
  Allowance(int burst, long pauseNanos, long now) {
    burstNanos = (burst - 1) * pauseNanos;
    this.pauseNanos = pauseNanos;
    paidUntil = now;
  }

  /// Asks for a line, which is counted if it is not recorded.
  ///
  /// @param from where the request came from
  /// @return the number of lines that were not recorded since the last one that was; [#REFUSED] if
  ///   this one is not either
  synchronized long take(long now, @Nullable InetAddress from) {
    if (!pay(now)) {
      suppress(1, from);
      return REFUSED;
    }
    long before = suppressed;
    suppressed = 0;
    return before;
  }

  /// Asks for a line that only says how many were not recorded.
  ///
  /// @return 0 if there are none; [#REFUSED] if it is too early
  synchronized long takeSummary(long now) {
    if (suppressed > 0 && !pay(now)) {
      return REFUSED;
    }
    long before = suppressed;
    suppressed = 0;
    return before;
  }

  private boolean pay(long now) {
    long begin = paidUntil - now > 0 ? paidUntil : now;
    if (begin - now > burstNanos) {
      return false;
    }
    paidUntil = begin + pauseNanos;
    return true;
  }

  /// Counts lines that were not recorded after all.
  synchronized void suppress(long lines, @Nullable InetAddress from) {
    suppressed += lines;
    last = from;
  }

  /// Where the last line that was not recorded came from.
  synchronized @Nullable InetAddress last() {
    return last;
  }

  /// Whether it is as a new one.
  synchronized boolean isUnused(long now) {
    return suppressed == 0 && paidUntil - now <= 0;
  }
}
