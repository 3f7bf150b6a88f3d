package dev.tertulia.server.protocol;

import org.jspecify.annotations.Nullable;

/// What a client may say in the base protocol. A `null` is a field that was left out.
public sealed interface ClientMessage extends Decoded {
  /// The most that `message` may hold, in bytes of UTF-8.
  int MAX_MESSAGE_BYTES = 65_536;

  /// Something said in the lobby.
  ///
  /// @param sender the name to show; it proves nothing
  record Chat(@Nullable String sender, @Nullable String message) implements ClientMessage {}

  /// A note to oneself, on every connection that one has.
  record Notification(@Nullable String message) implements ClientMessage {}

  /// A notification to every client there is.
  record BroadcastNotification(@Nullable String message) implements ClientMessage {}
}
