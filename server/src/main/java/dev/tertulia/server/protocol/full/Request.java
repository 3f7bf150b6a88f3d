package dev.tertulia.server.protocol.full;

import dev.tertulia.server.chat.HistoryQuery;
import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.Notice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A valid request of a client of the full protocol. A `null` is an omitted field.
public sealed interface Request {
  /// The maximum number of rooms of a connection.
  int MAX_ROOMS = 500;

  /// The maximum number of missed entries that are replayed.
  int MAX_MISSED = 10_000;

  /// The maximum number of entries of a page.
  int MAX_PAGE = HistoryQuery.MAX_LIMIT;

  /// The default number of entries of a page.
  int PAGE = HistoryQuery.DEFAULT_LIMIT;

  /// A room that `hello` joins, and the position of the client in it.
  ///
  /// @param after a position as text, not validated
  record Resume(RoomName room, @Nullable String after) {}

  /// The inbox that `hello` opens, and the position of the client in it.
  ///
  /// @param after a position as text, not validated
  record ResumeInbox(@Nullable String after) {}

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

  /// Does something in a room.
  record InRoom(RoomCommand command) implements Request {}

  /// Requests a page of messages in their current state.
  record History(HistoryQuery query) implements Request {}

  /// Requests the clients in a room, and subscribes to arrivals and departures.
  record Presence(RoomName room) implements Request {}

  /// Requests the rooms of the client.
  record Rooms() implements Request {}

  /// Notifies a client.
  ///
  /// @param to `null` for the client itself
  record Notification(@Nullable ClientId to, Notice notice, @Nullable String id)
      implements Request {}

  /// Notifies all clients.
  record BroadcastNotification(Notice notice, @Nullable String id) implements Request {}

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
