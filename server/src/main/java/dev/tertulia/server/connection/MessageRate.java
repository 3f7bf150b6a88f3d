package dev.tertulia.server.connection;

import java.time.Duration;

/// A limit on the messages of a connection: a sustained rate and a burst.
///
/// Implements the generic cell rate algorithm: the only state of a connection is an instant up to
/// which its messages are paid for. A message moves it forward by the interval between two
/// messages; a silent connection regains its burst.
///
/// @param perSecond messages per second; 0 for no limit
/// @param burst the maximum number of messages at once, at least 1
public record MessageRate(int perSecond, int burst) {
  /// The instant up to which the messages of a connection are paid for after it has sent one more.
  ///
  /// @param paidUntil the instant before; nanoseconds of the same clock as `now`
  public long afterMessage(long paidUntil, long now) {
    return perSecond == 0 ? now : Math.max(paidUntil, now) + interval();
  }

  /// The time for which a connection must not send; zero or less if it may send immediately.
  public Duration wait(long paidUntil, long now) {
    return Duration.ofNanos(perSecond == 0 ? 0 : paidUntil - now - burst * interval());
  }

  private long interval() {
    return 1_000_000_000L / perSecond;
  }
}
