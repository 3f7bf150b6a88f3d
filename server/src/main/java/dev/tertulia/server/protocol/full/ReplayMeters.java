package dev.tertulia.server.protocol.full;

import dev.tertulia.server.metrics.Counter;
import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;

/// What is counted of replays. Safe for any thread.
final class ReplayMeters {
  private static final Label SOURCE = new Label("source", 2, "`room` or `inbox`");
  private static final Metric REPLAYS =
      Metric.counter(
          "tertulia_replays_total",
          "Joins of rooms and openings of inboxes, those included with which a connection starts"
              + " over after it has missed something",
          SOURCE,
          new Label(
              "recovered",
              2,
              "`true` if the client has everything since its position, or has no position yet;"
                  + " `false` if it was sent the newest entries instead"));
  private static final Metric ENTRIES =
      Metric.counter(
          "tertulia_replayed_entries_total",
          "Entries that were read from the log and sent to a client that joined or came back",
          SOURCE);

  private final Source room;
  private final Source inbox;

  ReplayMeters(Meters meters) {
    room = Source.of(meters, "room");
    inbox = Source.of(meters, "inbox");
  }

  Source room() {
    return room;
  }

  Source inbox() {
    return inbox;
  }

  /// The counts of one kind of source.
  record Source(Counter recovered, Counter lost, Counter entries) {
    private static Source of(Meters meters, String name) {
      return new Source(
          meters.counter(REPLAYS, name, "true"),
          meters.counter(REPLAYS, name, "false"),
          meters.counter(ENTRIES, name));
    }

    void replied(boolean complete, int sent) {
      (complete ? recovered : lost).increment();
      entries.add(sent);
    }

    void sent(int more) {
      entries.add(more);
    }
  }
}
