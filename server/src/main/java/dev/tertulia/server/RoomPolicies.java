package dev.tertulia.server;

import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.auth.RoomPolicy;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.RoomRule;
import dev.tertulia.server.config.RoomRules;
import dev.tertulia.server.http.api.RoomSettings;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.ClientExpiry;
import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.topic.TopicName;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The rules of rooms, as the parts of the server need them. Safe for any thread.
///
/// The rule of a room never changes, so it is searched for once, and then remembered.
final class RoomPolicies implements RoomPolicy {
  /// The maximum number of members of a room.
  private static final int MOST_MEMBERS = 100_000;

  /// The number of rooms whose rules are remembered. Beyond it all are forgotten, so that clients
  /// that invent names can't make it grow.
  static final int MOST_REMEMBERED = 16_384;

  private final RoomRules rules;
  private final int largestTold;
  private final Config.Inboxes inboxes;
  private final ConcurrentHashMap<String, RoomRule> remembered = new ConcurrentHashMap<>();

  /// @param largestTold the maximum number of clients in a room for departures to be told
  /// @param inboxes the retention of notifications
  RoomPolicies(RoomRules rules, int largestTold, Config.Inboxes inboxes) {
    this.rules = rules;
    this.largestTold = largestTold;
    this.inboxes = inboxes;
  }

  private RoomRule rule(String room) {
    RoomRule known = remembered.get(room);
    if (known == null) {
      known = rules.of(room);
      if (remembered.size() >= MOST_REMEMBERED) {
        remembered.clear();
      }
      remembered.put(room, known);
    }
    return known;
  }

  /// The number of rooms whose rules are remembered now.
  int remembered() {
    return remembered.size();
  }

  /// The durability of a topic. Inboxes and broadcasts are durable.
  Durability keeping(TopicName topic) {
    if (topic.kind() != TopicName.Kind.ROOM) {
      return topic.kind() == TopicName.Kind.PRESENCE ? Durability.SIGNAL : Durability.DURABLE;
    }
    return switch (rule(topic.name()).kind()) {
      case DURABLE -> Durability.DURABLE;
      case MEMORY -> Durability.MEMORY;
      case SIGNAL -> Durability.SIGNAL;
    };
  }

  /// The retention of a topic.
  Retention retention(TopicName topic) {
    return switch (topic.kind()) {
      case ROOM -> retention(rule(topic.name()));
      case INBOX -> new Retention(age(inboxes.keep()), bound(inboxes.entries()), Long.MAX_VALUE);
      case BROADCASTS -> new Retention(age(inboxes.keep()), Long.MAX_VALUE, Long.MAX_VALUE);
      case PRESENCE -> Retention.FOREVER;
    };
  }

  /// How long clients and devices are kept.
  ///
  /// @param passing how the ids of clients begin that never come back; `null` if there are none
  /// @param connected tests whether a client is connected now
  ClientExpiry forgetting(@Nullable String passing, Predicate<ClientId> connected) {
    return new ClientExpiry(age(inboxes.clients()), age(inboxes.devices()), passing, connected);
  }

  private static Duration age(Duration bound) {
    return bound.isZero() ? Retention.FOREVER.age() : bound;
  }

  private static Retention retention(RoomRule rule) {
    Duration age = Objects.requireNonNullElse(rule.keep(), Retention.FOREVER.age());
    return new Retention(age, bound(rule.entries()), bound(rule.bytes()));
  }

  /// Whether any rule keeps rooms in memory only.
  boolean anyInMemory() {
    return rules.rules().stream().anyMatch(rule -> rule.kind() == RoomRule.Kind.MEMORY);
  }

  @Override
  public Kind kind(RoomName room) {
    return switch (rule(room.value()).access()) {
      case PUBLIC -> Kind.PUBLIC;
      case MEMBERS -> Kind.MEMBERS;
      case DIRECT -> Kind.DIRECT;
    };
  }

  @Override
  public boolean isModerator(RoomName room, ClientId client) {
    return rule(room.value()).isModerator(client.value());
  }

  /// Whether a room is for members only.
  boolean isForMembers(RoomName room) {
    return switch (rule(room.value()).access()) {
      case PUBLIC -> false;
      case MEMBERS, DIRECT -> true;
    };
  }

  /// What the configuration says about a room.
  RoomSettings settings(RoomName room) {
    RoomRule rule = rule(room.value());
    return new RoomSettings(
        rule.kind().name().toLowerCase(Locale.ROOT),
        rule.access().name().toLowerCase(Locale.ROOT),
        rule.keep(),
        rule.entries(),
        rule.bytes(),
        rule.clients(),
        rule.departures(),
        rule.moderators().stream().map(NamePattern::text).toList());
  }

  /// The maximum number of members of a room.
  int mostMembers(RoomName room) {
    return switch (rule(room.value()).access()) {
      case PUBLIC, MEMBERS -> MOST_MEMBERS;
      case DIRECT -> 2;
    };
  }

  /// The maximum number of clients in a room for departures to be told; 0 for never.
  int toldOfDepartures(RoomName room) {
    return rule(room.value()).departures() ? largestTold : 0;
  }

  /// The maximum number of clients in a room at once; 0 for no limit.
  int mostClients(RoomName room) {
    return rule(room.value()).clients();
  }

  private static long bound(long value) {
    return value == 0 ? Long.MAX_VALUE : value;
  }
}
