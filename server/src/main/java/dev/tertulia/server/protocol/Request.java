package dev.tertulia.server.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client may say in the full protocol, checked. A `null` is a field that was left out.
public sealed interface Request {
  /// The most that `ref` and `id` may hold, in characters.
  int MAX_ID_LENGTH = 128;

  /// The most that `emoji` may hold, in bytes of UTF-8.
  int MAX_EMOJI_BYTES = 32;

  /// The most entries that a page may have.
  int MAX_PAGE = 200;

  /// How many entries a page has if nobody says.
  int PAGE = 50;

  /// A room that `hello` asks for, and up to where the client has it.
  ///
  /// @param after a position as text, not looked into
  record Resume(RoomName room, @Nullable String after) {}

  /// Where a page of history begins, and in which direction it goes.
  sealed interface Window {
    /// The newest, or those before an offset.
    ///
    /// @param offset [Long#MAX_VALUE] for the newest
    record Before(long offset) implements Window {}

    record After(long offset) implements Window {}
  }

  /// The first word of every connection. May be repeated.
  ///
  /// @param device the client's own name for the device
  record Hello(@Nullable String device, List<Resume> rooms) implements Request {
    public Hello {
      rooms = List.copyOf(rooms);
    }
  }

  record Ping() implements Request {}

  /// @param limit with `after`: how many entries may have been missed; without: how many of the
  ///   newest
  record Join(RoomName room, @Nullable String after, @Nullable Integer limit) implements Request {}

  record Leave(RoomName room) implements Request {}

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

  record Edit(RoomName room, long target, String message, @Nullable String id) implements Request {}

  record Delete(RoomName room, long target, @Nullable String id) implements Request {}

  record React(RoomName room, long target, String emoji, boolean remove, @Nullable String id)
      implements Request {}

  /// @param sender the name to show; `null` for the client's own
  record Typing(RoomName room, @Nullable String sender) implements Request {}

  record Read(RoomName room, long offset) implements Request {}

  record History(RoomName room, Window window, int limit) implements Request {}

  record Presence(RoomName room) implements Request {}

  record Rooms() implements Request {}
}
