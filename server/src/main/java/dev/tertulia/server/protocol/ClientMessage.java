package dev.tertulia.server.protocol;

import org.jspecify.annotations.Nullable;

/// A message that a client sends in the base protocol. A `null` is an omitted field.
public sealed interface ClientMessage extends Decoded {
  /// The maximum size of `message`, in bytes of UTF-8.
  int MAX_MESSAGE_BYTES = 65_536;

  /// A message to the lobby.
  ///
  /// @param sender the name to show; it proves nothing
  record Chat(@Nullable String sender, @Nullable String message) implements ClientMessage {}

  /// A notification to the sender itself, on all its connections.
  record Notification(@Nullable String message) implements ClientMessage {}

  /// A notification to all clients.
  record BroadcastNotification(@Nullable String message) implements ClientMessage {}
}
