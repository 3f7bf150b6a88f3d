package dev.tertulia.server;

import dev.tertulia.server.auth.Access;
import dev.tertulia.server.auth.Access.Action;
import dev.tertulia.server.auth.Access.Verdict;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.http.api.RoomAccess;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;

/// The rules of rooms, as the HTTP API needs them.
record PolicyRoomAccess(Access access, RoomLog roomLog, RoomPolicies kinds) implements RoomAccess {
  @Override
  public boolean maySend(ClientId client, RoomName room) {
    return may(client, room, Action.SEND);
  }

  @Override
  public boolean mayJoin(ClientId client, RoomName room) {
    return may(client, room, Action.JOIN);
  }

  @Override
  public boolean isModerator(ClientId client, RoomName room) {
    return access.of(client, room, Action.MODERATE) == Verdict.ALLOWED;
  }

  private boolean may(ClientId client, RoomName room, Action action) {
    return switch (access.of(client, room, action)) {
      case ALLOWED -> true;
      case FORBIDDEN -> false;
      case MEMBERS_ONLY -> roomLog.isMember(room, client);
    };
  }

  @Override
  public int mostMembers(RoomName room) {
    return kinds.mostMembers(room);
  }
}
