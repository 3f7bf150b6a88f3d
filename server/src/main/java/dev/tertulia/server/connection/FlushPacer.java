package dev.tertulia.server.connection;

/// Decides how long a loop rests after a flush. Owned by the loop.
///
/// What a message costs is above all the number of sends, one for each of its subscribers. A loop
/// that flushes as often as it can sends each message alone, and is busy whatever the load; one
/// that waits a little sends many at once. So after a flush the loop rests [#REST] times as long as
/// it worked for that, the kernel's part included: a busy loop spends two fifths of its time on
/// flushing, and a message that comes after the rest leaves at once.
///
/// That pays only where what comes within the rest goes to the same connections, so that two sends
/// become one. A loop whose connections are sent something only now and then doesn't rest: its
/// messages would wait, and be sent one by one all the same. How soon a connection is sent the next
/// message is known from those that were flushed, one of them each time.
///
/// No message waits longer than the budget for its flush to begin. What else the loop had to do
/// between two flushes is taken from the rest, so that a loop that has no time to spare doesn't
/// sleep it away. All of it is counted in processor time, so that a loop which others have kept
/// from working isn't made to rest for that.
final class FlushPacer {
  /// How many times as long as the work of a flush the rest is.
  private static final double REST = 1.5;

  /// Below it, in nanoseconds, to sleep and to wake costs as much as it saves.
  private static final long SHORTEST_REST = 50_000;

  /// How many times as long as the rest it may take until a connection's next message comes.
  private static final int WORTH_WHILE = 2;

  private final long budget;
  private long begun;
  private long ended;

  /// How soon a connection that is sent something is sent the next message, in nanoseconds: an
  /// average in which the last flush counts for a quarter.
  private long gap;

  /// @param budget the longest rest, in nanoseconds; 0 for never
  FlushPacer(long budget) {
    this.budget = budget;
  }

  /// A flush begins.
  ///
  /// @param worked how long the loop has worked in all, in nanoseconds
  void flushBegins(long worked) {
    begun = worked;
  }

  /// One of the connections that are flushed was flushed `nanos` ago, and now gets `messages`.
  void sends(long nanos, int messages) {
    gap += (nanos / messages - gap) / 4;
  }

  /// The kernel has taken what was flushed.
  ///
  /// @return how long to rest now, in nanoseconds
  long flushEnded(long worked) {
    long otherWork = begun - ended;
    ended = worked;
    long rest = Math.min((long) (REST * (worked - begun)), budget - otherWork);
    return rest < SHORTEST_REST || WORTH_WHILE * rest < gap ? 0 : rest;
  }
}
