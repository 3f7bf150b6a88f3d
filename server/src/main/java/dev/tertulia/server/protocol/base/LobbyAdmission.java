package dev.tertulia.server.protocol.base;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.connection.ReadFaultLog;
import dev.tertulia.server.model.RoomName;

/// Admission to the lobby: what all connections of the base protocol share, as
/// `FullSession.Services` is for the full protocol.
///
/// @param readFaultLog receives failed reads
/// @param bounded whether the number of clients in the lobby is limited
public record LobbyAdmission(Permissions permissions, ReadFaultLog readFaultLog, boolean bounded) {
  /// Whether `principal` may enter and send at any time, so that no list of members needs to be
  /// asked.
  boolean isOpenTo(Principal principal) {
    return !bounded
        && permissions.isLasting(principal, Action.InRoom.JOIN, RoomName.LOBBY)
        && permissions.isLasting(principal, Action.InRoom.SEND, RoomName.LOBBY);
  }
}
