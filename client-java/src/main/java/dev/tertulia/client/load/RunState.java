package dev.tertulia.client.load;

import org.jspecify.annotations.Nullable;

/// The state that all threads of a run share: the marker of its messages, and its progress. One
/// thread writes it, all others read it once per turn.
final class RunState {
  private final Marker marker;
  private final long origin = System.nanoTime();
  private volatile @Nullable Timetable timetable;
  private volatile boolean ended;

  RunState(Marker marker) {
    this.marker = marker;
  }

  Marker marker() {
    return marker;
  }

  /// The time from which markers count.
  long origin() {
    return origin;
  }

  /// When to send; `null` while connections are still coming.
  @Nullable Timetable timetable() {
    return timetable;
  }

  void begin(Timetable when) {
    timetable = when;
  }

  /// Whether all is done, and the connections are to say goodbye.
  boolean hasEnded() {
    return ended;
  }

  void end() {
    ended = true;
  }
}
