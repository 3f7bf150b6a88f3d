package dev.tertulia.client.load;

/// Which messages count: those that are due within one period, and none before a period is set.
/// Owned by a load thread.
///
/// A run has two stretches. The first, in the middle of the warm-up, is a rehearsal whose counts
/// are thrown away: the JVM compiles only what it has seen happen, and if counting began with the
/// measuring, the first second of it would be spent on compiling.
final class MeasurementWindow {
  private long from = Long.MAX_VALUE;
  private long until = Long.MAX_VALUE;

  /// From now on those count that are due from `from` until before `until`.
  void set(long from, long until) {
    this.from = from;
    this.until = until;
  }

  boolean has(long due) {
    return due >= from && due < until;
  }
}
