package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.RoomName;

/// Which topic: a room, the inbox of one client, the broadcasts, of which there is one, or who is
/// in a room.
///
/// @param name the room or the client; empty for the broadcasts
public record TopicName(Kind kind, String name) {
  /// The topic that every client is subscribed to.
  public static final TopicName BROADCASTS = new TopicName(Kind.BROADCASTS, "");

  /// What a topic serves.
  public enum Kind {
    ROOM,
    INBOX,
    BROADCASTS,
    /// Who comes into a room and leaves it, for those who want to know: signals alone.
    PRESENCE
  }

  public static TopicName room(RoomName room) {
    return new TopicName(Kind.ROOM, room.value());
  }

  /// The comings and goings of `room`.
  public static TopicName presence(RoomName room) {
    return new TopicName(Kind.PRESENCE, room.value());
  }

  public static TopicName inbox(ClientId client) {
    return new TopicName(Kind.INBOX, client.value());
  }
}
