package dev.tertulia.server.protocol;

import java.util.List;
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

  /// What is stored and can't be read: damaged, or past the bounds of a reader. Its place in the
  /// log is known, and nothing of what it says.
  ///
  /// @param client who caused it; [ClientId#LOST] if that can't be told
  /// @param scope whom it is for, if it stands in an inbox; `null` in a room
  record Unreadable(ClientId client, @Nullable Scope scope) implements Kept {}

  /// What stands in an inbox: in that of one client, or in the broadcasts, which are in all of
  /// them.
  sealed interface Inboxed extends Kept {
    /// The offset of the broadcasts' newest entry when this was stored, which tells the order of
    /// the two logs that an inbox is; 0 for none, before it is stored, and in the broadcasts
    /// themselves.
    long broadcasts();
  }

  /// A notification to one client, or to all.
  ///
  /// @param client who sent it, asserted by the server
  /// @param message empty once it was revoked
  /// @param title a few words that stand above; `null` for none, and once it was revoked
  /// @param data any JSON value, as text, for the application's own use; `null` once it was revoked
  /// @param category the application's own word for what kind it is; `null` for none
  /// @param revoked whether it was revoked since
  record Notification(
      ClientId client,
      Scope scope,
      String message,
      @Nullable String title,
      @Nullable String data,
      @Nullable String category,
      Urgency urgency,
      boolean revoked,
      long broadcasts)
      implements Inboxed {
    public Notification(ClientId client, Scope scope, String message) {
      this(client, scope, message, null, null, null, Urgency.NORMAL, false, 0);
    }

    /// The same, stored after the broadcasts' entry at that offset.
    public Notification after(long broadcast) {
      return new Notification(
          client, scope, message, title, data, category, urgency, revoked, broadcast);
    }

    /// What is left of it once it was revoked: neither text nor data.
    public Notification withoutText() {
      return new Notification(client, scope, "", null, null, null, urgency, true, broadcasts);
    }
  }

  /// A client has read some of its notifications, broadcasts among them, on one of its devices.
  ///
  /// @param ids which; empty if `upTo` says it
  /// @param upTo the newest of them, if it has read all up to that; `null` if `ids` say it
  /// @param unread how many were unread after that
  record InboxRead(
      ClientId client, List<String> ids, @Nullable String upTo, int unread, long broadcasts)
      implements Inboxed {
    public InboxRead {
      ids = List.copyOf(ids);
    }
  }

  /// A notification was taken back by whoever sent it.
  ///
  /// @param target its offset in the same topic
  /// @param id its id
  /// @param unread how many were unread after that; `null` in the broadcasts, where each client has
  ///   a number of its own
  record Revocation(
      ClientId client, long target, String id, @Nullable Integer unread, long broadcasts)
      implements Inboxed {}

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

  /// How urgent a notification is, in the words of whoever sent it.
  enum Urgency {
    LOW("low"),
    NORMAL("normal"),
    HIGH("high");

    private final String wireName;

    Urgency(String wireName) {
      this.wireName = wireName;
    }

    /// The urgency as it stands in `urgency`.
    public String wireName() {
      return wireName;
    }

    /// The urgency of that name; `null` if there is none.
    public static @Nullable Urgency of(String name) {
      for (Urgency urgency : values()) {
        if (urgency.wireName.equals(name)) {
          return urgency;
        }
      }
      return null;
    }
  }

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
