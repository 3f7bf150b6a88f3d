package dev.tertulia.server.auth;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.RoomName;
import java.util.function.Predicate;

/// What is allowed where everybody is believed: public rooms are everybody's, the others their
/// members', nobody amends what others have said, and anybody may notify anybody.
public final class OpenAccess implements Access {
  private final Predicate<RoomName> membersOnly;

  /// @param membersOnly which rooms have a list of members; any thread
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
