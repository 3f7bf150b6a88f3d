package dev.tertulia.server.protocol;

import dev.tertulia.server.protocol.Entry.Urgency;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client may say in the full protocol, checked. A `null` is a field that was left out.
public sealed interface Request {
  /// The most rooms that a connection may be in.
  int MAX_ROOMS = 500;

  /// The most entries that may have been missed.
  int MAX_MISSED = 10_000;

  /// The most entries that a page may have.
  int MAX_PAGE = 200;

  /// The most characters that the server's own id of a notification may have: a position, an `@`
  /// and an identifier.
  int MAX_NOTIFICATION_ID = 13 + 1 + 19 + 1 + Identifier.MAX_LENGTH;

  /// The most notifications that may be told to be read by their ids at once.
  int MAX_IDS = 200;

  /// How many entries a page has if nobody says.
  int PAGE = 50;

  /// A room that `hello` asks for, and up to where the client has it.
  ///
  /// @param after a position as text, not looked into
  record Resume(RoomName room, @Nullable String after) {}

  /// The inbox that `hello` asks for, and up to where the client has it.
  ///
  /// @param after a position as text, not looked into; `null` for the newest
  record ResumeInbox(@Nullable String after) {}

  /// Where a page of history begins, and in which direction it goes.
  sealed interface Window {
    /// The newest, or those before an offset.
    ///
    /// @param offset [Long#MAX_VALUE] for the newest
    record Before(long offset) implements Window {}

    /// Those after an offset.
    record After(long offset) implements Window {}
  }

  /// The first word of every connection. May be repeated.
  ///
  /// @param device the client's own name for the device
  /// @param inbox `null` if what stands in the inbox is not asked for
  record Hello(@Nullable String device, List<Resume> rooms, @Nullable ResumeInbox inbox)
      implements Request {
    public Hello {
      rooms = List.copyOf(rooms);
    }

    public Hello(@Nullable String device, List<Resume> rooms) {
      this(device, rooms, null);
    }
  }

  /// Are you there?
  record Ping() implements Request {}

  /// Enter a room, and be told what is said there.
  ///
  /// @param limit with `after`: how many entries may have been missed; without: how many of the
  ///   newest
  record Join(RoomName room, @Nullable String after, @Nullable Integer limit) implements Request {}

  /// Leave a room.
  record Leave(RoomName room) implements Request {}

  /// Say something.
  ///
  /// @param sender the name to show; `null` for the client's own
  /// @param data any JSON value, as it stood in the request
  record Chat(
      RoomName room,
      @Nullable String sender,
      String message,
      @Nullable String id,
      @Nullable Long replyTo,
      @Nullable String data)
      implements Request {}

  /// Give a message another text.
  record Edit(RoomName room, long target, String message, @Nullable String id) implements Request {}

  /// Delete a message.
  record Delete(RoomName room, long target, @Nullable String id) implements Request {}

  /// React to a message, or take that back.
  record React(RoomName room, long target, String emoji, boolean remove, @Nullable String id)
      implements Request {}

  /// Tell that one is writing.
  ///
  /// @param sender the name to show; `null` for the client's own
  record Typing(RoomName room, @Nullable String sender) implements Request {}

  /// Tell up to where one has read.
  record Read(RoomName room, long offset) implements Request {}

  /// Ask for a page of messages as they are now.
  record History(RoomName room, Window window, int limit) implements Request {}

  /// Ask who is in a room, and to be told who comes and goes.
  record Presence(RoomName room) implements Request {}

  /// Ask for one's own rooms.
  record Rooms() implements Request {}

  /// Notify a client.
  ///
  /// @param to `null` for oneself
  record Notification(@Nullable ClientId to, Said said, @Nullable String id) implements Request {}

  /// Notify everybody.
  record BroadcastNotification(Said said, @Nullable String id) implements Request {}

  /// What a notification says.
  ///
  /// @param data any JSON value, as it stood in the request
  /// @param category the application's own word for what kind it is
  record Said(
      String message,
      @Nullable String title,
      @Nullable String data,
      @Nullable String category,
      Urgency urgency) {}

  /// Tell that this device has everything up to a position.
  ///
  /// @param pos as text, not looked into
  record Ack(String pos) implements Request {}

  /// Tell that this device has shown a notification to a person.
  ///
  /// @param id the server's, not looked into
  record Shown(String id) implements Request {}

  /// Ask for a page of one's inbox.
  ///
  /// @param before the server's id of a notification, not looked into; `after` likewise, and not
  ///   both. `null` and `null` for the newest
  record Inbox(@Nullable String before, @Nullable String after, int limit, boolean unreadOnly)
      implements Request {}

  /// Tell that one has read notifications.
  ///
  /// @param ids the server's, not looked into; empty if `upTo` says it
  /// @param upTo the newest of those that were read, with all before it
  record InboxRead(List<String> ids, @Nullable String upTo) implements Request {
    public InboxRead {
      ids = List.copyOf(ids);
    }
  }

  /// Take a notification back that one has sent.
  ///
  /// @param id the server's, not looked into
  record Revoke(String id) implements Request {}
}
