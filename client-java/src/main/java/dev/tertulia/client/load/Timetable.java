package dev.tertulia.client.load;

/// When what happens, as `System.nanoTime()` counts.
///
/// @param start of sending
/// @param from of measuring: what is due from then on counts
/// @param until the end of both
record Timetable(long start, long from, long until) {
  static Timetable of(long start, Pace pace) {
    long from = start + pace.warmUp().toNanos();
    return new Timetable(start, from, from + pace.time().toNanos());
  }

  /// Whether a message that is due then counts.
  boolean measures(long due) {
    return due >= from && due < until;
  }
}
