package dev.tertulia.client.load;

/// The counts of one thread, or of all together, so far.
///
/// @param arrived deliveries, measured or not
/// @param received deliveries that count
/// @param sent messages that count
/// @param p99Micros of the deliveries that count
/// @param sending whether more messages that count may follow
record Tally(
    int ready,
    int refused,
    int closed,
    long arrived,
    long received,
    long sent,
    long p99Micros,
    boolean sending) {
  /// Of no thread.
  static final Tally NOTHING = new Tally(0, 0, 0, 0, 0, 0, 0, false);

  /// Of a thread that has not begun.
  static final Tally BEGINNING = new Tally(0, 0, 0, 0, 0, 0, 0, true);

  /// How many connections are ready, were once, or never will be.
  int settled() {
    return ready + refused;
  }

  /// Both together; the slower one's latency, since two percentiles can't be added.
  Tally plus(Tally other) {
    return new Tally(
        ready + other.ready,
        refused + other.refused,
        closed + other.closed,
        arrived + other.arrived,
        received + other.received,
        sent + other.sent,
        Math.max(p99Micros, other.p99Micros),
        sending || other.sending);
  }
}
