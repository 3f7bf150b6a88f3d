package dev.tertulia.server.auth;

/// What a principal wants to do. Each request of a protocol and each route over HTTP declares one,
/// and [Permissions] decides on it.
public sealed interface Action {
  /// An action in a room.
  enum InRoom implements Action {
    /// Receive messages and presence, and read earlier messages.
    JOIN,
    /// Read messages and presence over HTTP, without being there.
    READ,
    /// Read the list of members over HTTP.
    LIST_MEMBERS,
    /// Report up to where the client has read.
    MARK,
    /// Send messages and signals, and react.
    SEND,
    /// Edit or delete a message: the client's own, or with [#MODERATE] anybody's.
    AMEND,
    /// Edit and delete messages of others.
    MODERATE
  }

  /// An action that concerns a client.
  enum OnClient implements Action {
    /// Notify it.
    NOTIFY,
    /// Read its inbox and its list of rooms.
    READ_INBOX,
    /// Report what it has received, shown and read.
    MARK_INBOX
  }

  /// An action that concerns neither a room nor a client.
  enum General implements Action {
    /// What anybody may do.
    NOTHING,
    /// Notify all clients.
    BROADCAST,
    /// Revoke a notification; that it is one's own is checked when it is found.
    REVOKE,
    /// Read what is about all rooms and clients: lists, and what became of notifications.
    READ_ALL,
    /// Read what tells about the server itself and is of no use to its clients: the description of
    /// the API, the causes of faults. Over HTTP, anybody on the machine may, too.
    INSPECT,
    /// Read what the server counts and measures. Over HTTP, anybody on the machine may, too.
    METER,
    /// What only an operator may do.
    ADMINISTER
  }
}
