package dev.tertulia.server.auth;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.RoomName;

/// Who may do what in a room, and with notifications. Answers at once, from any thread.
public interface Access {
  /// What a client may want to do in a room.
  enum Action {
    /// Be told what is said there, and read what was.
    JOIN,
    /// Say something, react, and amend what one has said.
    SEND,
    /// Amend what others have said.
    MODERATE
  }

  /// Whether it may.
  enum Verdict {
    ALLOWED,
    FORBIDDEN,
    /// If it is on the room's list of members, which is for the asker to look up.
    MEMBERS_ONLY
  }

  /// Whether `client` may do this in `room`.
  Verdict of(ClientId client, RoomName room, Action action);

  /// Whether `client` may notify `to`.
  boolean mayNotify(ClientId client, ClientId to);

  /// Whether `client` may notify everybody.
  boolean mayBroadcast(ClientId client);
}
