package dev.tertulia.server.connection;

/// Decides when a loop that has something to send may flush. Owned by the loop.
///
/// What a message costs is above all the number of sends, one for each of its subscribers. A loop
/// that flushes as often as it can sends each message alone and is busy whatever the load; one that
/// waits a little sends many at once. So after a flush the loop rests for as long as that took, the
/// turn of the loop in which the kernel did the work included, and spends about half of its time on
/// flushing at the most. A message that comes after that rest leaves at once; one that comes within
/// waits for its end, at most for the budget.
final class FlushPacer {
  /// The shortest rest, in nanoseconds: below it a timer costs as much as it saves.
  private static final long SHORTEST_REST = 500_000;

  private final long budget;
  private long begun;
  private long restUntil;

  /// @param budget the longest rest, in nanoseconds; 0 to flush at the end of every turn
  FlushPacer(long budget, long now) {
    this.budget = budget;
    restUntil = now;
  }

  /// How long what is to be sent must still wait, in nanoseconds; zero or less for not at all.
  long restLeft(long now) {
    return restUntil - now;
  }

  /// A flush begins.
  void flushBegins(long now) {
    begun = now;
  }

  /// The turn that the flush belonged to is over, and the kernel has taken what was flushed.
  void flushEnded(long now) {
    restUntil = now + Math.min(budget, Math.max(SHORTEST_REST, now - begun));
  }
}
