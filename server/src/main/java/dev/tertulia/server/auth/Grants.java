package dev.tertulia.server.auth;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// What a principal may do: everything that is listed, and nothing else. Immutable.
///
/// @param all the permissions, in the order in which they were given
public record Grants(List<Permission> all) {
  /// Permits nothing.
  public static final Grants NONE = new Grants(List.of());

  public Grants {
    all = List.copyOf(all);
  }

  /// Reads the entries of a claim. An entry that is not a permission of this server permits
  /// nothing: a claim such as `scope` contains others.
  public static Grants parse(Collection<String> entries) {
    List<Permission> all = new ArrayList<>(entries.size());
    for (String entry : entries) {
      Permission permission = Permission.parse(entry);
      if (permission != null) {
        all.add(permission);
      }
    }
    return new Grants(all);
  }

  /// How something is permitted in a room.
  public enum InRoom {
    /// It is not.
    NONE,
    /// By a pattern with a star.
    BY_PATTERN,
    /// By an entry that names the room in full.
    BY_NAME
  }

  /// How `action` is permitted in `room`.
  public InRoom inRoom(RoomName room, Action.InRoom action) {
    InRoom best = InRoom.NONE;
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i) instanceof Permission.InRooms in
          && in.action() == action
          && in.rooms().matches(room.value())) {
        if (in.rooms().isName()) {
          return InRoom.BY_NAME;
        }
        best = InRoom.BY_PATTERN;
      }
    }
    return best;
  }

  /// Whether it is permitted to notify `to`.
  public boolean mayNotify(ClientId to) {
    for (Permission permission : all) {
      if (permission instanceof Permission.Notify notify && notify.clients().matches(to.value())) {
        return true;
      }
    }
    return false;
  }

  /// Whether it is permitted to send broadcasts.
  public boolean mayBroadcast() {
    return all.contains(new Permission.Broadcast());
  }
}
