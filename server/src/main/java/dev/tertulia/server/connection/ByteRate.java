package dev.tertulia.server.connection;

import java.util.concurrent.TimeUnit;

/// How many bytes a connection may send, as they are once they are decompressed: so many a second,
/// and so many in a burst. It is reckoned as [MessageRate] is. What is longer than the burst counts
/// as a burst, so that it can be sent at all.
///
/// @param perSecond bytes a second; 0 for no limit
/// @param burst bytes at once
public record ByteRate(long perSecond, long burst) {
  /// No limit.
  public static final ByteRate NONE = new ByteRate(0, 1);

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /// The instant up to which a connection's bytes are paid for once it has sent `bytes` more.
  ///
  /// @param paidUntil the same, before; nanoseconds of the clock that `now` is from
  public long afterBytes(long paidUntil, long now, int bytes) {
    return perSecond == 0 ? now : Math.max(paidUntil, now) + nanos(Math.min(bytes, burst));
  }

  /// How long a connection must be silent before it may send again, in nanoseconds; zero or less if
  /// it may at once.
  public long wait(long paidUntil, long now) {
    return perSecond == 0 ? 0 : paidUntil - now - nanos(burst);
  }

  /// Of less than 2^33 bytes, or it overflows.
  private long nanos(long bytes) {
    return bytes * SECOND / perSecond;
  }
}
