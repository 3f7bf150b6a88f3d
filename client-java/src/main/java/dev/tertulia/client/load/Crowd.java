package dev.tertulia.client.load;

import java.time.Duration;

/// The connections of a run, numbered from 0, and how they are opened.
///
/// @param slowReaders how many, the last ones, stop reading once they are ready
/// @param rate how many are begun a second; 0 for as fast as the server lets them in
/// @param timeout how long one may take to be ready
/// @param threads how many threads share them
public record Crowd(int connections, int slowReaders, double rate, Duration timeout, int threads) {
  /// Most connections of a run.
  public static final int LARGEST = 1_000_000;

  public Crowd {
    if (connections < 1 || connections > LARGEST) {
      throw new CannotRunException("--connections must be from 1 to " + LARGEST);
    }
    if (slowReaders < 0 || slowReaders > connections) {
      throw new CannotRunException("--slow-readers must be from 0 to --connections");
    }
    if (!(rate >= 0 && rate <= 1e6)) {
      throw new CannotRunException("--connect-rate must be from 0 to 1000000");
    }
    if (threads < 1 || threads > Math.min(connections, 256)) {
      throw new CannotRunException("--threads must be from 1 to 256, and at most --connections");
    }
    Pace.requireTime("--connect-timeout", timeout, Duration.ofMillis(1));
  }

  /// Whether connection `number` is one that stops reading.
  boolean isSlow(int number) {
    return number >= connections - slowReaders;
  }
}
