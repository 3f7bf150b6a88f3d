package dev.tertulia.server.auth;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;

/// What the configuration says about rooms. Never blocks; safe for any thread.
public interface RoomPolicy {
  /// Who may enter a room.
  enum Kind {
    /// Any client.
    PUBLIC,
    /// The members of the room.
    MEMBERS,
    /// The members of the room, two at most.
    DIRECT
  }

  /// Who may enter `room`.
  Kind kind(RoomName room);

  /// Whether `client` is a moderator of `room` by configuration.
  boolean isModerator(RoomName room, ClientId client);
}
