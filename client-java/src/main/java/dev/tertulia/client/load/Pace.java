package dev.tertulia.client.load;

import java.time.Duration;

/// When messages are sent: on a fixed schedule (an open loop), or each after a previous one has
/// come back (a closed loop).
///
/// @param senders how many connections send, the first ones, in turn
/// @param rate messages a second, of all together; 0 for none
/// @param window how many messages of each sender are on their way; 0 for the schedule
/// @param settle how long nothing is done once the connections are ready
/// @param warmUp how long is sent before the measuring begins
/// @param time how long is measured
/// @param drain how long what was sent may take to arrive after the end
public record Pace(
    int senders,
    double rate,
    int window,
    Duration settle,
    Duration warmUp,
    Duration time,
    Duration drain) {
  private static final Duration LONGEST = Duration.ofHours(24);

  public Pace {
    if (senders < 1) {
      throw new CannotRunException("--senders must be at least 1; use --rate 0 to send nothing");
    }
    if (!(rate >= 0 && rate <= 1e7)) {
      throw new CannotRunException("--rate must be from 0 to 10000000");
    }
    if (window < 0 || window > 100_000) {
      throw new CannotRunException("--window must be from 0 to 100000");
    }
    requireTime("--settle", settle, Duration.ZERO);
    requireTime("--warm-up", warmUp, Duration.ZERO);
    requireTime("--time", time, Duration.ofMillis(1));
    requireTime("--drain", drain, Duration.ZERO);
  }

  static void requireTime(String option, Duration time, Duration shortest) {
    if (time.compareTo(shortest) < 0 || time.compareTo(LONGEST) > 0) {
      throw new CannotRunException(
          "%s must be from %s ms to 24 hours".formatted(option, shortest.toMillis()));
    }
  }

  /// Whether the messages wait for each other.
  public boolean isClosedLoop() {
    return window > 0;
  }

  /// Whether anything is sent.
  public boolean sends() {
    return window > 0 || rate > 0;
  }
}
