package dev.tertulia.server.chat;

import dev.tertulia.server.model.RoomName;
import org.jspecify.annotations.Nullable;

/// What a client does in a room, whatever protocol it uses. Its limits have been checked before;
/// permissions have not. A `null` is an omitted field.
public sealed interface RoomCommand {
  RoomName room();

  /// Sends a message.
  ///
  /// @param sender the name to show; `null` for the name of the client
  /// @param id the sender's id of the request; `null` for none
  /// @param data any JSON value, literally as in the request
  record Chat(
      RoomName room,
      @Nullable String sender,
      String message,
      @Nullable String id,
      @Nullable Long replyTo,
      @Nullable String data)
      implements RoomCommand {
    /// The same message under the name of the client.
    public Chat withoutSender() {
      return sender == null ? this : new Chat(room, null, message, id, replyTo, data);
    }
  }

  /// Edits a message.
  record Edit(RoomName room, long target, String message, @Nullable String id)
      implements RoomCommand {}

  /// Deletes a message.
  record Delete(RoomName room, long target, @Nullable String id) implements RoomCommand {}

  /// Adds or removes a reaction to a message.
  record React(RoomName room, long target, String emoji, boolean remove, @Nullable String id)
      implements RoomCommand {}

  /// Reports that the client is typing.
  ///
  /// @param sender the name to show; `null` for the name of the client
  record Typing(RoomName room, @Nullable String sender) implements RoomCommand {
    /// The same report under the name of the client.
    public Typing withoutSender() {
      return sender == null ? this : new Typing(room, null);
    }
  }

  /// Reports up to which offset the client has read.
  record Read(RoomName room, long offset) implements RoomCommand {}
}
