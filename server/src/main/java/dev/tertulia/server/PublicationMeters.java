package dev.tertulia.server;

import dev.tertulia.server.http.api.Stats.Flow;
import dev.tertulia.server.metrics.Counter;
import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;
import dev.tertulia.server.metrics.RecentRate;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.topic.Publication;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/// The counts of publications by kind. Safe for any thread.
final class PublicationMeters {
  private static final Metric PUBLISHED =
      Metric.counter(
          "tertulia_publications_total",
          "What was published, whether somebody receives it or not",
          new Label(
              "kind",
              3,
              "`messages` with their edits, deletions and reactions; `notifications` with changes"
                  + " of their state; `signals`, which are not stored, such as typing and"
                  + " presence"));

  private final Kind messages;
  private final Kind notifications;
  private final Kind signals;
  private final List<Kind> kinds;

  /// What is counted of one kind.
  private record Kind(String name, Counter counter, RecentRate rate) {
    static Kind of(String name, Meters meters, LongSupplier nanoClock) {
      Counter counter = meters.counter(PUBLISHED, name);
      return new Kind(name, counter, new RecentRate(counter::sum, nanoClock));
    }
  }

  /// @param nanoClock a monotonic clock, in nanoseconds
  PublicationMeters(Meters meters, LongSupplier nanoClock) {
    messages = Kind.of("messages", meters, nanoClock);
    notifications = Kind.of("notifications", meters, nanoClock);
    signals = Kind.of("signals", meters, nanoClock);
    kinds = List.of(messages, notifications, signals);
  }

  /// Counts a batch.
  void count(List<Publication> batch) {
    int ofMessages = 0;
    int ofNotifications = 0;
    for (Publication publication : batch) {
      switch (publication.entry()) {
        case Entry.Chat chat -> ofMessages++;
        case Entry.Amendment amendment -> ofMessages++;
        case Entry.Inboxed inboxed -> ofNotifications++;
        case Entry.Unreadable unreadable -> {
          // Never published.
        }
        case Entry.Signal signal -> {
          // What is left.
        }
      }
    }
    messages.counter.add(ofMessages);
    notifications.counter.add(ofNotifications);
    signals.counter.add(batch.size() - ofMessages - ofNotifications);
  }

  /// Takes note of the counts, for the rates. To be called about once a second.
  void look() {
    kinds.forEach(kind -> kind.rate.look());
  }

  /// The number of messages and of what amends them.
  long messages() {
    return messages.counter.sum();
  }

  /// The number of notifications and of changes of their state.
  long notifications() {
    return notifications.counter.sum();
  }

  /// The number of entries that are not stored.
  long signals() {
    return signals.counter.sum();
  }

  /// The counts and rates by kind.
  Map<String, Flow> flows() {
    Map<String, Flow> flows = new TreeMap<>();
    kinds.forEach(
        kind -> flows.put(kind.name, new Flow(kind.counter.sum(), kind.rate.perSecond())));
    return flows;
  }
}
