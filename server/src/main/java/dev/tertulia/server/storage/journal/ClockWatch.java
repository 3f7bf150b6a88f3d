package dev.tertulia.server.storage.journal;

import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Detects that the clock was set or the machine was suspended. Owned by the writer.
final class ClockWatch {
  private static final Logger log = LoggerFactory.getLogger(ClockWatch.class);

  /// Smaller jumps are normal corrections.
  private static final Duration JUMP = Duration.ofMinutes(1);

  private long millis;
  private long nanos;

  /// @param millis the time, in milliseconds since 1970
  /// @param nanos of a clock that never jumps
  ClockWatch(long millis, long nanos) {
    this.millis = millis;
    this.nanos = nanos;
  }

  /// Compares the clock with the newest time in the log, at a start.
  void compare(long newest) {
    if (newest - millis >= JUMP.toMillis()) {
      log.warn(
          "The clock says {}, but the newest entries of the log are from {}: the clock was ahead"
              + " then, or is behind now. New entries get its time; check that it is right.",
          Instant.ofEpochMilli(millis),
          Instant.ofEpochMilli(newest));
    }
  }

  /// Looks at the clock, every now and then.
  void look(long nowMillis, long nowNanos) {
    long passed = Math.max(0, (nowNanos - nanos) / 1_000_000);
    long jump = nowMillis - millis - passed;
    if (Math.abs(jump) >= JUMP.toMillis()) {
      log.warn(
          "The clock jumped from {} to {}: it was set, or this machine was suspended. New entries"
              + " get its time.",
          Instant.ofEpochMilli(millis + passed),
          Instant.ofEpochMilli(nowMillis));
    }
    millis = nowMillis;
    nanos = nowNanos;
  }
}
