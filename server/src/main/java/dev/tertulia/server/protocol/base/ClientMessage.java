package dev.tertulia.server.protocol.base;

import dev.tertulia.server.auth.Action;
import org.jspecify.annotations.Nullable;

/// What a client may say in the base protocol. A `null` is a field that was left out.
public sealed interface ClientMessage {
  /// What the client must be permitted to do: in the lobby, or to itself.
  default Action need() {
    return switch (this) {
      case Chat _ -> Action.InRoom.SEND;
      case Notification _ -> Action.OnClient.NOTIFY;
      case BroadcastNotification _ -> Action.General.BROADCAST;
    };
  }

  /// Something said in the lobby.
  ///
  /// @param sender the name to show; it proves nothing
  record Chat(@Nullable String sender, @Nullable String message) implements ClientMessage {}

  /// A notification to the sender itself, on all its connections.
  record Notification(@Nullable String message) implements ClientMessage {}

  /// A notification to all clients.
  record BroadcastNotification(@Nullable String message) implements ClientMessage {}
}
