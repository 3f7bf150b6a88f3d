package dev.tertulia.server.connection;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The resource limits of a connection.
///
/// @param rate the limit on messages
/// @param byteRate the limit on bytes, counted after decompression
/// @param sendQueueBytes the maximum size of its send queue
/// @param flushBudget how long output may be held back to be sent together with more
/// @param heartbeatInterval the time without input after which it is pinged
/// @param heartbeatTimeout the time without input after which it is closed
public record ConnectionLimits(
    Rate rate,
    Rate byteRate,
    int sendQueueBytes,
    Duration flushBudget,
    Duration heartbeatInterval,
    Duration heartbeatTimeout) {

  /// A limit on messages, requests or bytes: a sustained rate and a burst.
  ///
  /// Implements the generic cell rate algorithm: the only state of a connection is an instant up to
  /// which its units are paid for. Each unit moves it forward by the interval between two; a silent
  /// connection regains its burst. More units at once than the burst, such as the bytes of a long
  /// message, count as a full burst, so that they can be sent at all.
  ///
  /// @param perSecond units per second; 0 for no limit
  /// @param burst the maximum number of units at once, at least 1 and less than 2^33
  public record Rate(long perSecond, long burst) {
    /// No limit.
    public static final Rate NONE = new Rate(0, 1);

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /// The instant up to which a connection has paid after it has sent `units` more.
    ///
    /// @param paidUntil the instant before; nanoseconds of the same clock as `now`
    public long after(long paidUntil, long now, int units) {
      return perSecond == 0 ? now : Math.max(paidUntil, now) + nanos(Math.min(units, burst));
    }

    /// The time for which a connection must not send, in nanoseconds; zero or less if it may send
    /// immediately.
    public long wait(long paidUntil, long now) {
      return perSecond == 0 ? 0 : paidUntil - now - nanos(burst);
    }

    private long nanos(long units) {
      return units * SECOND / perSecond;
    }
  }
}
