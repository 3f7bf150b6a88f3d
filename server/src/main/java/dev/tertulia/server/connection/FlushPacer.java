package dev.tertulia.server.connection;

/// Decides how long a loop rests after a flush. Owned by the loop.
///
/// The cost of a message is dominated by the number of writes, one for each subscriber. A loop that
/// flushes as often as it can sends each message alone and is busy at any load; a loop that waits a
/// little sends several at once. So after a flush the loop rests [#REST] times as long as the flush
/// took, including the part of the kernel: a busy loop spends two fifths of its time on flushing,
/// and a message that arrives after the rest is sent immediately.
///
/// This pays off only if messages that arrive during the rest go to the same connections, so that
/// two writes become one. A loop whose connections receive something only occasionally does not
/// rest: its messages would wait and still be sent one by one. How soon a connection receives its
/// next message is estimated from the flushed connections, one of them at each flush.
///
/// No message waits longer than the budget for its flush to begin. Other work of the loop between
/// two flushes is subtracted from the rest, so that a loop without spare time does not sleep. All
/// of this is measured in processor time, so that a loop that was preempted does not rest for that.
final class FlushPacer {
  /// The ratio of the rest to the time of a flush.
  private static final double REST = 1.5;

  /// The shortest rest, in nanoseconds: below it, sleeping and waking costs as much as it saves.
  private static final long SHORTEST_REST = 50_000;

  /// The maximum ratio of the time until the next message of a connection to the rest.
  private static final int WORTH_WHILE = 2;

  private final long budget;
  private long begun;
  private long ended;

  /// The time until a connection receives its next message, in nanoseconds: a moving average in
  /// which the last flush has a weight of one quarter.
  private long gap;

  /// @param budget the maximum rest, in nanoseconds; 0 for never
  FlushPacer(long budget) {
    this.budget = budget;
  }

  /// Called when a flush begins.
  ///
  /// @param worked the total processor time of the loop, in nanoseconds
  void flushBegins(long worked) {
    begun = worked;
  }

  /// Reports that one of the flushed connections was last flushed `nanos` ago, and now gets
  /// `messages`.
  void sends(long nanos, int messages) {
    gap += (nanos / messages - gap) / 4;
  }

  /// Called when the output has been written.
  ///
  /// @return the rest, in nanoseconds
  long flushEnded(long worked) {
    long otherWork = begun - ended;
    ended = worked;
    long rest = Math.min((long) (REST * (worked - begun)), budget - otherWork);
    return rest < SHORTEST_REST || WORTH_WHILE * rest < gap ? 0 : rest;
  }
}
