package dev.tertulia.server.auth;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;

/// Decides who may do what in a room and with notifications. Never blocks; safe for any thread.
public interface Access {
  /// An action in a room.
  enum Action {
    /// Receive messages and read earlier ones.
    JOIN,
    /// Send messages, react, and amend one's own messages.
    SEND,
    /// Amend messages of others.
    MODERATE
  }

  /// The decision.
  enum Verdict {
    ALLOWED,
    FORBIDDEN,
    /// Allowed for members of the room; the caller must check the membership.
    MEMBERS_ONLY
  }

  /// Whether `client` may perform `action` in `room`.
  Verdict of(ClientId client, RoomName room, Action action);

  /// Whether `client` may notify `to`.
  boolean mayNotify(ClientId client, ClientId to);

  /// Whether `client` may send broadcasts.
  boolean mayBroadcast(ClientId client);
}
