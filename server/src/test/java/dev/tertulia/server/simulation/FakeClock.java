package dev.tertulia.server.simulation;

import java.time.Duration;

/// A clock that is advanced explicitly.
public final class FakeClock {
  private long nanos = Duration.ofDays(20_000).toNanos();

  public void pass(Duration time) {
    nanos += time.toNanos();
  }

  public long nanos() {
    return nanos;
  }

  /// Unix milliseconds.
  public long millis() {
    return nanos / 1_000_000;
  }
}
