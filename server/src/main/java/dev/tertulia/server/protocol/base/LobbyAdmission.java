package dev.tertulia.server.protocol.base;

import dev.tertulia.server.auth.Access;
import dev.tertulia.server.auth.Access.Action;
import dev.tertulia.server.auth.Access.Verdict;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.connection.ReadFaultLog;
import dev.tertulia.server.connection.ReaderThreads;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;

/// Admission to the lobby: what all connections of the base protocol share, as
/// `FullSession.Services` is for the full protocol.
///
/// @param readers threads that may block on a disk
/// @param readFaultLog receives failed reads
/// @param bounded whether the number of clients in the lobby is limited
public record LobbyAdmission(
    Access access,
    RoomLog roomLog,
    ReaderThreads readers,
    ReadFaultLog readFaultLog,
    boolean bounded) {
  /// Whether `client` may enter and send at any time, so that no further checks are needed.
  boolean isOpenTo(ClientId client) {
    return !bounded
        && verdict(client, Action.JOIN) == Verdict.ALLOWED
        && verdict(client, Action.SEND) == Verdict.ALLOWED;
  }

  Verdict verdict(ClientId client, Action action) {
    return access.of(client, RoomName.LOBBY, action);
  }
}
