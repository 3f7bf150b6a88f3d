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

  private static final String MESSAGES = "messages";
  private static final String NOTIFICATIONS = "notifications";
  private static final String SIGNALS = "signals";

  private final Counter messages;
  private final Counter notifications;
  private final Counter signals;
  private final Map<String, Counter> counters;
  private final Map<String, RecentRate> rates = new TreeMap<>();

  /// @param nanoClock a monotonic clock, in nanoseconds
  PublicationMeters(Meters meters, LongSupplier nanoClock) {
    messages = meters.counter(PUBLISHED, MESSAGES);
    notifications = meters.counter(PUBLISHED, NOTIFICATIONS);
    signals = meters.counter(PUBLISHED, SIGNALS);
    counters = Map.of(MESSAGES, messages, NOTIFICATIONS, notifications, SIGNALS, signals);
    counters.forEach((kind, counter) -> rates.put(kind, new RecentRate(counter::sum, nanoClock)));
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
    messages.add(ofMessages);
    notifications.add(ofNotifications);
    signals.add(batch.size() - ofMessages - ofNotifications);
  }

  /// Takes note of the counts, for the rates. To be called about once a second.
  void look() {
    rates.values().forEach(RecentRate::look);
  }

  /// The number of messages and of what amends them.
  long messages() {
    return messages.sum();
  }

  /// The number of notifications and of changes of their state.
  long notifications() {
    return notifications.sum();
  }

  /// The number of entries that are not stored.
  long signals() {
    return signals.sum();
  }

  /// The counts and rates by kind.
  Map<String, Flow> flows() {
    Map<String, Flow> flows = new TreeMap<>();
    rates.forEach((kind, rate) -> {
      Counter counter = counters.get(kind);
      flows.put(kind, new Flow(counter == null ? 0 : counter.sum(), rate.perSecond()));
    });
    return flows;
  }
}
