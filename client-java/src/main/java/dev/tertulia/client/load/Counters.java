package dev.tertulia.client.load;

import org.HdrHistogram.Histogram;

/// The counters of one thread. Owned by it, and read by others only after it has ended; until then
/// they read [Tally], a copy that it publishes now and then.
final class Counters {
  private static final long LONGEST_MICROS = 3_600_000_000L;
  private static final int DIGITS = 3;

  int ready;
  int refused;
  int closed;
  int slowClosed;

  /// When the last connection was ready.
  long lastReady;

  /// Deliveries of any of this run's messages.
  long arrived;

  /// Deliveries of messages that count.
  long received;

  /// Messages that count.
  long sent;

  /// Messages that count and could not be sent when due because the server had not read the ones
  /// before.
  long heldBack;

  /// How late a message that counts was sent at worst, if not for that.
  long lateNanos;

  /// Deliveries a second in the measured time.
  double rate;

  /// In microseconds, of deliveries that count.
  final Histogram latency = new Histogram(LONGEST_MICROS, DIGITS);

  /// In microseconds, from when it was due to begin until it was ready.
  final Histogram connecting = new Histogram(LONGEST_MICROS, DIGITS);

  final FailureReasons refusals = new FailureReasons();
  final FailureReasons endings = new FailureReasons();

  /// Notes that a delivery that counts took so long.
  void took(long nanos) {
    latency.recordValue(micros(nanos));
  }

  void tookToConnect(long nanos) {
    connecting.recordValue(micros(nanos));
  }

  private static long micros(long nanos) {
    return Math.clamp(nanos / 1000, 0, LONGEST_MICROS);
  }

  /// Forgets what was counted of messages.
  void forgetMessages() {
    received = 0;
    sent = 0;
    heldBack = 0;
    lateNanos = 0;
    latency.reset();
  }
}
