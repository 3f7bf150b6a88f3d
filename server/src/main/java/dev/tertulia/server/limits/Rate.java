package dev.tertulia.server.limits;

import java.util.concurrent.TimeUnit;

/// A limit on messages, requests or bytes: a sustained rate and a burst.
///
/// Implements the generic cell rate algorithm: the only state of what is limited is an instant up
/// to which its units are paid for. Each unit moves it forward by the interval between two; a
/// silent connection regains its burst. More units at once than the burst, such as the bytes of a
/// long message, count as a full burst, so that they can be sent at all.
///
/// @param perSecond units per second; 0 for no limit
/// @param burst the maximum number of units at once, at least 1 and less than 2^33
public record Rate(long perSecond, long burst) {
  /// No limit.
  public static final Rate NONE = new Rate(0, 1);

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /// The less strict of two limits: their higher rate and their larger burst.
  public Rate atLeast(Rate other) {
    return perSecond == 0 || other.perSecond == 0
        ? NONE
        : new Rate(Math.max(perSecond, other.perSecond), Math.max(burst, other.burst));
  }

  /// The instant up to which units are paid for after `units` more.
  ///
  /// @param paidUntil the instant before; nanoseconds of the same clock as `now`
  public long after(long paidUntil, long now, int units) {
    return perSecond == 0 ? now : Math.max(paidUntil, now) + nanos(Math.min(units, burst));
  }

  /// The time for which nothing more is allowed, in nanoseconds; zero or less if more is allowed
  /// immediately.
  public long wait(long paidUntil, long now) {
    return perSecond == 0 ? 0 : paidUntil - now - nanos(burst);
  }

  private long nanos(long units) {
    return units * SECOND / perSecond;
  }
}
