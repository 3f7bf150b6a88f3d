package dev.tertulia.server.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a topic carries, without its position in the log.
public sealed interface Entry {
  /// An entry that is kept in the log of its topic, unless the topic keeps nothing.
  sealed interface Kept extends Entry {
    /// The client that caused it, asserted by the server.
    ClientId client();
  }

  /// An entry that changes an earlier entry of the same topic, a chat message that still has its
  /// text.
  sealed interface Amendment extends Kept {
    /// The offset of the earlier entry.
    long target();
  }

  /// An entry that is delivered but never stored: best effort, without an offset.
  sealed interface Signal extends Entry {}

  /// A message in a room.
  ///
  /// @param client the sender, asserted by the server
  /// @param sender the name to show
  /// @param message empty after a deletion
  /// @param replyTo the offset of the message that it replies to
  /// @param data any JSON value, as text, for use by the application; `null` after a deletion
  /// @param deleted whether it has been deleted
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

  /// An edit of a message.
  ///
  /// @param message the new text; `null` after a deletion of the target
  record Edit(ClientId client, long target, @Nullable String message) implements Amendment {}

  /// A deletion of a message.
  record Deletion(ClientId client, long target) implements Amendment {}

  /// A reaction to a message, or its removal.
  record Reaction(ClientId client, long target, String emoji, boolean removed)
      implements Amendment {}

  /// A stored entry that can't be read: damaged, or beyond the limits of a reader. Its position in
  /// the log is known, but not its content.
  ///
  /// @param client the client that caused it; [ClientId#LOST] if that is unknown
  /// @param scope the recipients, if it is in an inbox; `null` in a room
  record Unreadable(ClientId client, @Nullable Scope scope) implements Kept {}

  /// An entry of an inbox: of one client's own log, or of the broadcasts, which are in all inboxes.
  sealed interface Inboxed extends Kept {
    /// The offset of the newest broadcast when this entry was stored, which defines the order
    /// between the two logs of an inbox; 0 for none, before the entry is stored, and in the
    /// broadcasts themselves.
    long broadcasts();
  }

  /// A notification to one client or to all.
  ///
  /// @param client the sender, asserted by the server
  /// @param message empty after a revocation
  /// @param title the title; `null` for none, and after a revocation
  /// @param data any JSON value, as text, for use by the application; `null` after a revocation
  /// @param category a category defined by the application; `null` for none
  /// @param revoked whether it has been revoked
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

    /// This notification, as stored after the broadcast with that offset.
    public Notification after(long broadcast) {
      return new Notification(
          client, scope, message, title, data, category, urgency, revoked, broadcast);
    }

    /// This notification after a revocation: without text and data.
    public Notification withoutText() {
      return new Notification(client, scope, "", null, null, null, urgency, true, broadcasts);
    }
  }

  /// A client has read some of its notifications, possibly broadcasts, on one of its devices.
  ///
  /// @param ids the notifications; empty if `upTo` is set
  /// @param upTo the last of all notifications read up to it; `null` if `ids` is set
  /// @param unread the number of unread notifications afterwards
  record InboxRead(
      ClientId client, List<String> ids, @Nullable String upTo, int unread, long broadcasts)
      implements Inboxed {
    public InboxRead {
      ids = List.copyOf(ids);
    }
  }

  /// A revocation of a notification by its sender.
  ///
  /// @param target the offset of the notification in the same topic
  /// @param id the id of the notification
  /// @param unread the number of unread notifications afterwards
  record Revocation(
      ClientId client, long target, String id, @Nullable Integer unread, long broadcasts)
      implements Inboxed {}

  /// The last connection of a client has closed.
  record Departure(ClientId client) implements Signal {}

  /// A client is typing.
  ///
  /// @param sender the name to show
  record Typing(ClientId client, String sender) implements Signal {}

  /// A client has read a room up to an offset.
  record ReadMark(ClientId client, RoomName room, long offset) implements Signal {}

  /// A client entered a room with its first connection there, or left it with its last.
  ///
  /// @param name the name to show
  /// @param count the number of clients in the room now
  record Presence(ClientId client, String name, boolean joined, int count) implements Signal {}

  /// The urgency of a notification, chosen by its sender.
  enum Urgency {
    LOW("low"),
    NORMAL("normal"),
    HIGH("high");

    private final String wireName;

    Urgency(String wireName) {
      this.wireName = wireName;
    }

    /// The value of the field `urgency`.
    public String wireName() {
      return wireName;
    }

    /// The urgency with that wire name; `null` if there is none.
    public static @Nullable Urgency of(String name) {
      for (Urgency urgency : values()) {
        if (urgency.wireName.equals(name)) {
          return urgency;
        }
      }
      return null;
    }
  }

  /// The recipients of a notification.
  enum Scope {
    PERSONAL("personal"),
    BROADCAST("broadcast");

    private final String wireName;

    Scope(String wireName) {
      this.wireName = wireName;
    }

    /// The value of the field `scope`.
    public String wireName() {
      return wireName;
    }
  }
}
