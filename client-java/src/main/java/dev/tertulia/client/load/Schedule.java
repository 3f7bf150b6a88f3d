package dev.tertulia.client.load;

/// When the messages of one thread's senders are due. All senders of a run take turns: in round `r`
/// sender `i` of `n` sends the run's message number `r * n + i`, and messages are evenly spaced.
final class Schedule {
  /// There is no further message.
  static final long NEVER = Long.MAX_VALUE;

  private final int[] senders;
  private final int all;
  private final double gap;
  private final Timetable when;
  private int at;
  private long round;

  /// @param senders the numbers of this thread's senders, rising
  /// @param all how many senders the run has
  /// @param rate messages a second, of all of them
  Schedule(int[] senders, int all, double rate, Timetable when) {
    this.senders = senders;
    this.all = all;
    this.gap = 1e9 / rate;
    this.when = when;
  }

  /// When the next message is due, or [#NEVER].
  long due() {
    if (senders.length == 0) {
      return NEVER;
    }
    long due = due(round, senders[at]);
    return due < when.until() ? due : NEVER;
  }

  /// Whose the next message is.
  int sender() {
    return senders[at];
  }

  /// Goes on to the message after that.
  void next() {
    at++;
    if (at == senders.length) {
      at = 0;
      round++;
    }
  }

  /// When the message of `sender` is due that is its `round`th, counted from 0.
  long due(long round, int sender) {
    return when.start() + (long) ((round * all + sender) * gap);
  }
}
