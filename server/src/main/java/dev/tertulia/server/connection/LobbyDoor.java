package dev.tertulia.server.connection;

import dev.tertulia.server.auth.Access;
import dev.tertulia.server.auth.Access.Action;
import dev.tertulia.server.auth.Access.Verdict;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.RoomName;

/// Who may come into the lobby and speak there, and how that is found out: what base connections
/// share, as [FullParts] is what the others do.
///
/// @param readers where one may wait for a disk
/// @param troubles told of what could not be read
/// @param bounded whether only so many clients may be in the lobby at once
public record LobbyDoor(
    Access access, RoomLog roomLog, ReaderThreads readers, Troubles troubles, boolean bounded) {
  /// Whether `client` may come in and speak at any time, so that nobody need ask again.
  boolean isOpenTo(ClientId client) {
    return !bounded
        && verdict(client, Action.JOIN) == Verdict.ALLOWED
        && verdict(client, Action.SEND) == Verdict.ALLOWED;
  }

  Verdict verdict(ClientId client, Action action) {
    return access.of(client, RoomName.LOBBY, action);
  }
}
