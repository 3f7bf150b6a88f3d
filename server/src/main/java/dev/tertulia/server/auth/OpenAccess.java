package dev.tertulia.server.auth;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.util.function.Predicate;

/// The permissions of a server without accounts: public rooms are open to all clients, other rooms
/// to their members, messages can be amended only by their authors, and any client may notify any
/// other.
public final class OpenAccess implements Access {
  private final Predicate<RoomName> membersOnly;

  /// @param membersOnly tests whether a room has a list of members; safe for any thread
  public OpenAccess(Predicate<RoomName> membersOnly) {
    this.membersOnly = membersOnly;
  }

  @Override
  public Verdict of(ClientId client, RoomName room, Action action) {
    return switch (action) {
      case JOIN, SEND -> membersOnly.test(room) ? Verdict.MEMBERS_ONLY : Verdict.ALLOWED;
      case MODERATE -> Verdict.FORBIDDEN;
    };
  }

  @Override
  public boolean mayNotify(ClientId client, ClientId to) {
    return true;
  }

  @Override
  public boolean mayBroadcast(ClientId client) {
    return true;
  }
}
