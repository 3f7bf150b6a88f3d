package dev.tertulia.server;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Decision;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.http.api.RoomAccess;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;

/// The rules of rooms, as the HTTP API needs them.
record PolicyRoomAccess(Permissions permissions, RoomPolicies kinds) implements RoomAccess {
  @Override
  public boolean maySend(ClientId client, RoomName room) {
    return may(client, room, Action.InRoom.SEND);
  }

  @Override
  public boolean mayJoin(ClientId client, RoomName room) {
    return may(client, room, Action.InRoom.JOIN);
  }

  @Override
  public boolean isModerator(ClientId client, RoomName room) {
    return may(client, room, Action.InRoom.MODERATE);
  }

  private boolean may(ClientId client, RoomName room, Action.InRoom action) {
    return switch (permissions.check(Principal.open(client), action, room)) {
      case Decision.Decided decided -> decided.isAllowed();
      case Decision.Pending pending -> pending.decision().toCompletableFuture().join().isAllowed();
    };
  }

  @Override
  public int mostMembers(RoomName room) {
    return kinds.mostMembers(room);
  }
}
