package dev.tertulia.server.topic;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.util.Locale;

/// The name of a topic: a room, the inbox of one client, the broadcasts (a single topic), or the
/// presence in a room.
///
/// @param name the room or the client; empty for the broadcasts
public record TopicName(Kind kind, String name) {
  /// The topic that every client is subscribed to.
  public static final TopicName BROADCASTS = new TopicName(Kind.BROADCASTS, "");

  /// The kind of a topic.
  public enum Kind {
    ROOM,
    INBOX,
    BROADCASTS,
    /// Arrivals and departures in a room, for those who want to know: only signals.
    PRESENCE
  }

  public static TopicName room(RoomName room) {
    return new TopicName(Kind.ROOM, room.value());
  }

  /// The presence topic of `room`.
  public static TopicName presence(RoomName room) {
    return new TopicName(Kind.PRESENCE, room.value());
  }

  public static TopicName inbox(ClientId client) {
    return new TopicName(Kind.INBOX, client.value());
  }

  /// The same in every process, unlike that of an enum, so that what goes over a set of topics goes
  /// in the same order again.
  @Override
  public int hashCode() {
    return 31 * name.hashCode() + kind.name().hashCode();
  }

  /// The name as it is written in exports, logs and messages: `room:lobby`, `inbox:ana`,
  /// `broadcasts`.
  public String label() {
    String label = kind.name().toLowerCase(Locale.ROOT);
    return name.isEmpty() ? label : label + ":" + name;
  }
}
