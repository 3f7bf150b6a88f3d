package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.RoomName;

/// Which topic: a room, the inbox of one client, or the broadcasts, of which there is one.
///
/// @param name the room or the client; empty for the broadcasts
public record TopicName(Kind kind, String name) {
  /// The topic that every client is subscribed to.
  public static final TopicName BROADCASTS = new TopicName(Kind.BROADCASTS, "");

  /// What a topic serves.
  public enum Kind {
    ROOM,
    INBOX,
    BROADCASTS
  }

  public static TopicName room(RoomName room) {
    return new TopicName(Kind.ROOM, room.value());
  }

  public static TopicName inbox(ClientId client) {
    return new TopicName(Kind.INBOX, client.value());
  }
}
