package dev.tertulia.server.protocol.base;

import org.jspecify.annotations.Nullable;

/// What a client may say in the base protocol. A `null` is a field that was left out.
public sealed interface ClientMessage {
  /// Something said in the lobby.
  ///
  /// @param sender the name to show; it proves nothing
  record Chat(@Nullable String sender, @Nullable String message) implements ClientMessage {}

  /// A notification to the sender itself, on all its connections.
  record Notification(@Nullable String message) implements ClientMessage {}

  /// A notification to all clients.
  record BroadcastNotification(@Nullable String message) implements ClientMessage {}
}
