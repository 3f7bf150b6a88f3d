package dev.tertulia.server.connection;

import java.util.concurrent.TimeUnit;

/// A limit on the bytes that a connection may send, counted after decompression: a sustained rate
/// and a burst. It works like [MessageRate]. A message longer than the burst counts as a full
/// burst, so that it can be sent at all.
///
/// @param perSecond bytes per second; 0 for no limit
/// @param burst the maximum number of bytes at once
public record ByteRate(long perSecond, long burst) {
  /// No limit.
  public static final ByteRate NONE = new ByteRate(0, 1);

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /// The instant up to which the bytes of a connection are paid for after it has sent `bytes` more.
  ///
  /// @param paidUntil the instant before; nanoseconds of the same clock as `now`
  public long afterBytes(long paidUntil, long now, int bytes) {
    return perSecond == 0 ? now : Math.max(paidUntil, now) + nanos(Math.min(bytes, burst));
  }

  /// The time for which a connection must not send, in nanoseconds; zero or less if it may send
  /// immediately.
  public long wait(long paidUntil, long now) {
    return perSecond == 0 ? 0 : paidUntil - now - nanos(burst);
  }

  /// For less than 2^33 bytes; otherwise it overflows.
  private long nanos(long bytes) {
    return bytes * SECOND / perSecond;
  }
}
