package dev.tertulia.client.load;

/// The schedule of a run, in terms of `System.nanoTime()`.
///
/// @param start of sending
/// @param from of measuring: what is due from then on counts
/// @param until the end of both
record Timetable(long start, long from, long until) {
  static Timetable of(long start, Pace pace) {
    long from = start + pace.warmUp().toNanos();
    return new Timetable(start, from, from + pace.time().toNanos());
  }

  /// The warm-up's second quarter: when counting is rehearsed.
  long rehearsalFrom() {
    return start + (from - start) / 4;
  }

  long rehearsalUntil() {
    return start + (from - start) / 2;
  }

  /// When what was counted in the rehearsal is forgotten; late, so that its messages have come.
  long rehearsalForgotten() {
    return from - (from - start) / 8;
  }

  /// When something begins or ends next.
  long nextEdge(long now) {
    if (now < rehearsalForgotten()) {
      return rehearsalForgotten();
    }
    if (now < from) {
      return from;
    }
    return now < until ? until : Schedule.NEVER;
  }
}
