package dev.tertulia.server.protocol.full;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry.Urgency;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.RoomName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A valid request of a client of the full protocol. A `null` is an omitted field.
public sealed interface Request {
  /// The maximum number of rooms of a connection.
  int MAX_ROOMS = 500;

  /// The maximum number of missed entries that are replayed.
  int MAX_MISSED = 10_000;

  /// The maximum number of entries of a page.
  int MAX_PAGE = 200;

  /// The maximum length of the id of a notification, in characters: a position, an `@` and an
  /// identifier.
  int MAX_NOTIFICATION_ID = 13 + 1 + 19 + 1 + Identifier.MAX_LENGTH;

  /// The maximum number of notifications that one request marks as read by id.
  int MAX_IDS = EntryRules.MAX_READ_IDS;

  /// The default number of entries of a page.
  int PAGE = 50;

  /// A room that `hello` joins, and the position of the client in it.
  ///
  /// @param after a position as text, not validated
  record Resume(RoomName room, @Nullable String after) {}

  /// The inbox that `hello` opens, and the position of the client in it.
  ///
  /// @param after a position as text, not validated
  record ResumeInbox(@Nullable String after) {}

  /// The start and direction of a page of the history.
  sealed interface Window {
    /// The newest messages, or those before an offset.
    ///
    /// @param offset [Long#MAX_VALUE] for the newest
    record Before(long offset) implements Window {}

    /// The messages after an offset.
    record After(long offset) implements Window {}
  }

  /// The first request of a connection. May be repeated.
  ///
  /// @param device the name that the client gives to the device
  /// @param inbox `null` if the entries of the inbox are not requested
  record Hello(@Nullable String device, List<Resume> rooms, @Nullable ResumeInbox inbox)
      implements Request {
    public Hello {
      rooms = List.copyOf(rooms);
    }

    public Hello(@Nullable String device, List<Resume> rooms) {
      this(device, rooms, null);
    }
  }

  /// Checks that the connection works.
  record Ping() implements Request {}

  /// Joins a room, and so receives its entries.
  ///
  /// @param limit with `after`, the maximum number of missed entries; without, the number of newest
  ///   entries
  record Join(RoomName room, @Nullable String after, @Nullable Integer limit) implements Request {}

  /// Leaves a room.
  record Leave(RoomName room) implements Request {}

  /// Sends a message.
  ///
  /// @param sender the name to show; `null` for the name of the client
  /// @param data any JSON value, literally as in the request
  record Chat(
      RoomName room,
      @Nullable String sender,
      String message,
      @Nullable String id,
      @Nullable Long replyTo,
      @Nullable String data)
      implements Request {}

  /// Edits a message.
  record Edit(RoomName room, long target, String message, @Nullable String id) implements Request {}

  /// Deletes a message.
  record Delete(RoomName room, long target, @Nullable String id) implements Request {}

  /// Adds or removes a reaction to a message.
  record React(RoomName room, long target, String emoji, boolean remove, @Nullable String id)
      implements Request {}

  /// Reports that the client is typing.
  ///
  /// @param sender the name to show; `null` for the name of the client
  record Typing(RoomName room, @Nullable String sender) implements Request {}

  /// Reports up to which offset the client has read.
  record Read(RoomName room, long offset) implements Request {}

  /// Requests a page of messages in their current state.
  record History(RoomName room, Window window, int limit) implements Request {}

  /// Requests the clients in a room, and subscribes to arrivals and departures.
  record Presence(RoomName room) implements Request {}

  /// Requests the rooms of the client.
  record Rooms() implements Request {}

  /// Notifies a client.
  ///
  /// @param to `null` for the client itself
  record Notification(@Nullable ClientId to, Said said, @Nullable String id) implements Request {}

  /// Notifies all clients.
  record BroadcastNotification(Said said, @Nullable String id) implements Request {}

  /// The content of a notification.
  ///
  /// @param data any JSON value, literally as in the request
  /// @param category a category defined by the application
  record Said(
      String message,
      @Nullable String title,
      @Nullable String data,
      @Nullable String category,
      Urgency urgency) {}

  /// Reports that this device has everything up to a position.
  ///
  /// @param pos a position as text, not validated
  record Ack(String pos) implements Request {}

  /// Reports that this device has shown a notification to a person.
  ///
  /// @param id the id assigned by the server, not validated
  record Shown(String id) implements Request {}

  /// Requests a page of the inbox.
  ///
  /// @param before the id of a notification, not validated; `after` likewise, but not both. Both
  ///   `null` for the newest
  record Inbox(@Nullable String before, @Nullable String after, int limit, boolean unreadOnly)
      implements Request {}

  /// Marks notifications as read.
  ///
  /// @param ids the ids assigned by the server, not validated; empty if `upTo` is set
  /// @param upTo the last of all notifications read up to it
  record InboxRead(List<String> ids, @Nullable String upTo) implements Request {
    public InboxRead {
      ids = List.copyOf(ids);
    }
  }

  /// Revokes a notification that the client has sent.
  ///
  /// @param id the id assigned by the server, not validated
  record Revoke(String id) implements Request {}
}
