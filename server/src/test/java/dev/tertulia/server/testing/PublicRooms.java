package dev.tertulia.server.testing;

import dev.tertulia.server.auth.Memberships;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.RoomPolicy;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;

/// A server with public rooms only, and without moderators.
public final class PublicRooms implements RoomPolicy {
  /// The permissions of such a server.
  public static Permissions permissions() {
    return new Permissions(
        new PublicRooms(),
        new Memberships((room, client) -> false, client -> Runnable::run),
        Language.EN);
  }

  @Override
  public Kind kind(RoomName room) {
    return Kind.PUBLIC;
  }

  @Override
  public boolean isModerator(RoomName room, ClientId client) {
    return false;
  }
}
