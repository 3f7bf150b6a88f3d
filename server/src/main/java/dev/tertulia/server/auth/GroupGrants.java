package dev.tertulia.server.auth;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.util.Map;
import java.util.Set;

/// What the members of groups may do, besides what their tokens say. Immutable.
///
/// Groups are named by tokens, and compared letter by letter: a `*` in a name stands for itself. A
/// group that is not configured gives nothing.
///
/// A check compares each configured group with those of one token, so [#MAX_GROUPS] bounds it.
public final class GroupGrants {
  /// The maximum number of groups.
  public static final int MAX_GROUPS = 1_000;

  /// The maximum number of permissions of a group.
  public static final int MAX_PERMISSIONS = 100;

  /// The maximum length of the name of a group, in characters.
  public static final int MAX_NAME = 256;

  /// No groups.
  public static final GroupGrants NONE = new GroupGrants(Map.of());

  private final Group[] all;

  private record Group(String name, Grants can) {}

  /// @param groups what each group may do, by its name
  /// @throws IllegalArgumentException if there are more than [#MAX_GROUPS]
  public GroupGrants(Map<String, Grants> groups) {
    if (groups.size() > MAX_GROUPS) {
      throw new IllegalArgumentException("more than %s groups".formatted(MAX_GROUPS));
    }
    all =
        groups.entrySet().stream()
            .map(group -> new Group(group.getKey(), group.getValue()))
            .toArray(Group[]::new);
  }

  /// How one of `groups` permits `action` in `room`.
  Grants.InRoom inRoom(Set<String> groups, RoomName room, Action.InRoom action) {
    Grants.InRoom best = Grants.InRoom.NONE;
    if (!groups.isEmpty()) {
      for (Group group : all) {
        if (groups.contains(group.name)) {
          Grants.InRoom in = group.can.inRoom(room, action);
          best = in.compareTo(best) > 0 ? in : best;
        }
      }
    }
    return best;
  }

  /// Whether one of `groups` may notify `to`.
  boolean mayNotify(Set<String> groups, ClientId to) {
    if (!groups.isEmpty()) {
      for (Group group : all) {
        if (groups.contains(group.name) && group.can.mayNotify(to)) {
          return true;
        }
      }
    }
    return false;
  }

  /// Whether one of `groups` may send broadcasts.
  boolean mayBroadcast(Set<String> groups) {
    if (!groups.isEmpty()) {
      for (Group group : all) {
        if (groups.contains(group.name) && group.can.mayBroadcast()) {
          return true;
        }
      }
    }
    return false;
  }
}
