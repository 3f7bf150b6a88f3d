package dev.tertulia.server.protocol;

import org.jspecify.annotations.Nullable;

/// What a topic carries, before it has a place in the log.
public sealed interface Entry {
  /// What is kept in the log of a topic, unless the topic keeps nothing.
  sealed interface Kept extends Entry {
    /// Who caused it, asserted by the server.
    ClientId client();
  }

  /// What concerns an earlier entry of the same topic, a chat message that still has its text.
  sealed interface Amendment extends Kept {
    /// The offset of that entry.
    long target();
  }

  /// What is gone once it was delivered: best effort, without an offset, never stored.
  sealed interface Signal extends Entry {}

  /// Something said in a room.
  ///
  /// @param client who said it, asserted by the server
  /// @param sender the name to show
  /// @param message empty once it was deleted
  /// @param replyTo the offset of the message that it answers
  /// @param data any JSON value, as text, for the application's own use; `null` once it was deleted
  /// @param deleted whether it was deleted since
  record Chat(
      ClientId client,
      String sender,
      String message,
      @Nullable Long replyTo,
      @Nullable String data,
      boolean deleted)
      implements Kept {
    public Chat(ClientId client, String sender, String message) {
      this(client, sender, message, null, null, false);
    }
  }

  /// A message got another text.
  ///
  /// @param message `null` once the target was deleted
  record Edit(ClientId client, long target, @Nullable String message) implements Amendment {}

  /// A message was deleted.
  record Deletion(ClientId client, long target) implements Amendment {}

  /// Somebody reacted to a message, or took that back.
  record Reaction(ClientId client, long target, String emoji, boolean removed)
      implements Amendment {}

  /// A notification to one client, or to all.
  ///
  /// @param client who sent it, asserted by the server
  record Notification(ClientId client, Scope scope, String message) implements Kept {}

  /// A client went away with its last connection.
  record Departure(ClientId client) implements Signal {}

  /// Somebody is writing.
  ///
  /// @param sender the name to show
  record Typing(ClientId client, String sender) implements Signal {}

  /// Somebody has read a room up to an offset.
  record ReadMark(ClientId client, RoomName room, long offset) implements Signal {}

  /// A client came into a room with its first connection there, or left it with its last.
  ///
  /// @param name the name to show
  /// @param count how many clients are in the room now
  record Presence(ClientId client, String name, boolean joined, int count) implements Signal {}

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
