package dev.tertulia.server.protocol;

/// What a topic carries, before it has a place in the log.
public sealed interface Entry {
  /// Something said in a room.
  ///
  /// @param client who said it, asserted by the server
  /// @param sender the name to show
  record Chat(ClientId client, String sender, String message) implements Entry {}

  /// A client went away with its last connection. A signal: it is never stored.
  record Departure(ClientId client) implements Entry {}

  /// A notification to one client, or to all.
  ///
  /// @param from who sent it, asserted by the server
  record Notification(ClientId from, Scope scope, String message) implements Entry {}

  /// Whom a notification is for.
  enum Scope {
    PERSONAL("personal"),
    BROADCAST("broadcast");

    private final String wireName;

    Scope(String wireName) {
      this.wireName = wireName;
    }

    /// The scope as it stands in `scope`.
    public String wireName() {
      return wireName;
    }
  }
}
