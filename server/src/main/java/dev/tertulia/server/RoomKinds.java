package dev.tertulia.server;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.RoomRule;
import dev.tertulia.server.config.RoomRules;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.storage.Forgetting;
import dev.tertulia.server.storage.Keeping;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.topic.TopicName;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/// The rules of rooms, as each part of the server asks for them. Safe for any thread.
///
/// @param largestTold to how many clients at most a departure is told
/// @param inboxes how long notifications are kept
record RoomKinds(RoomRules rules, int largestTold, Config.Inboxes inboxes) {
  /// The most members of a room.
  private static final int MOST_MEMBERS = 100_000;

  /// What is kept of a topic. Inboxes and broadcasts are durable.
  Keeping keeping(TopicName topic) {
    if (topic.kind() != TopicName.Kind.ROOM) {
      return topic.kind() == TopicName.Kind.PRESENCE ? Keeping.SIGNAL : Keeping.DURABLE;
    }
    return switch (rules.of(topic.name()).kind()) {
      case DURABLE -> Keeping.DURABLE;
      case MEMORY -> Keeping.MEMORY;
      case SIGNAL -> Keeping.SIGNAL;
    };
  }

  /// How much of a topic is kept.
  Retention retention(TopicName topic) {
    return switch (topic.kind()) {
      case ROOM -> retention(rules.of(topic.name()));
      case INBOX -> new Retention(age(inboxes.keep()), bound(inboxes.entries()), Long.MAX_VALUE);
      case BROADCASTS -> new Retention(age(inboxes.keep()), Long.MAX_VALUE, Long.MAX_VALUE);
      case PRESENCE -> Retention.FOREVER;
    };
  }

  /// How long clients and devices are remembered.
  ///
  /// @param connected whether a client is connected now
  Forgetting forgetting(Predicate<ClientId> connected) {
    return new Forgetting(age(inboxes.clients()), age(inboxes.devices()), connected);
  }

  private static Duration age(Duration bound) {
    return bound.isZero() ? Retention.FOREVER.age() : bound;
  }

  private static Retention retention(RoomRule rule) {
    Duration age = Objects.requireNonNullElse(rule.keep(), Retention.FOREVER.age());
    return new Retention(age, bound(rule.entries()), bound(rule.bytes()));
  }

  /// Whether any room is kept until the server stops.
  boolean anyInMemory() {
    return rules.rules().stream().anyMatch(rule -> rule.kind() == RoomRule.Kind.MEMORY);
  }

  /// Whether a room is for those on its list alone.
  boolean isForMembers(RoomName room) {
    return switch (rules.of(room.value()).access()) {
      case PUBLIC -> false;
      case MEMBERS, DIRECT -> true;
    };
  }

  /// How many clients a room's list has room for.
  int mostMembers(RoomName room) {
    return switch (rules.of(room.value()).access()) {
      case PUBLIC, MEMBERS -> MOST_MEMBERS;
      case DIRECT -> 2;
    };
  }

  /// To how many clients at most departures are told in a room; 0 for never.
  int toldOfDepartures(RoomName room) {
    return rules.of(room.value()).departures() ? largestTold : 0;
  }

  /// How many clients may be in a room at once; 0 for no bound.
  int mostClients(RoomName room) {
    return rules.of(room.value()).clients();
  }

  private static long bound(long value) {
    return value == 0 ? Long.MAX_VALUE : value;
  }
}
