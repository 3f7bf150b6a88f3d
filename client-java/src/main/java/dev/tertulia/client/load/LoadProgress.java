package dev.tertulia.client.load;

/// Receives the progress of a run a few times a second.
@FunctionalInterface
public interface LoadProgress {
  /// What a run is doing.
  enum Stage {
    CONNECTING,
    SETTLING,
    WARMING_UP,
    MEASURING,
    DRAINING
  }

  /// How it stands.
  ///
  /// @param elapsed seconds that the stage has taken
  /// @param length seconds that it takes at most; 0 if that is not known
  /// @param deliveriesPerSecond since the last time
  /// @param p99Millis of what has been measured so far
  /// @param missing deliveries that have not come yet, of messages that count
  record Moment(
      Stage stage,
      double elapsed,
      double length,
      int ready,
      int refused,
      int closed,
      double deliveriesPerSecond,
      double p99Millis,
      long missing) {}

  void at(Moment moment);
}
