package dev.tertulia.server.connection;

import java.time.Duration;

/// How fast a connection may speak: so many messages a second, and so many in a burst.
///
/// The generic cell rate algorithm: all that a connection must remember is one instant, up to which
/// its messages are paid for. A message moves it forward by the interval between two; a connection
/// that is silent earns its burst back.
///
/// @param perSecond messages a second; 0 for no limit
/// @param burst messages at once, at least 1
public record MessageRate(int perSecond, int burst) {
  /// The instant up to which a connection's messages are paid for once it has sent one more.
  ///
  /// @param paidUntil the same, before; nanoseconds of the clock that `now` is from
  public long afterMessage(long paidUntil, long now) {
    return perSecond == 0 ? now : Math.max(paidUntil, now) + interval();
  }

  /// How long a connection must be silent before it may send again; zero or less if it may at once.
  public Duration wait(long paidUntil, long now) {
    return Duration.ofNanos(perSecond == 0 ? 0 : paidUntil - now - burst * interval());
  }

  private long interval() {
    return 1_000_000_000L / perSecond;
  }
}
