package dev.tertulia.server.auth;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One entry of the claim `can`: `room:PATTERN:join`, `room:PATTERN:send`, `room:PATTERN:moderate`,
/// `notify:PATTERN` or `broadcast`. No permission implies another one.
public sealed interface Permission {
  /// Permits to join, to send or to moderate in the rooms that match.
  record InRooms(NamePattern rooms, Action.InRoom action) implements Permission {
    @Override
    public String toString() {
      return ROOM + rooms + ":" + action.name().toLowerCase(Locale.ROOT);
    }
  }

  /// Permits to notify the clients that match.
  record Notify(NamePattern clients) implements Permission {
    @Override
    public String toString() {
      return NOTIFY + clients;
    }
  }

  /// Permits to send broadcasts.
  record Broadcast() implements Permission {
    @Override
    public String toString() {
      return BROADCAST;
    }
  }

  /// How permissions in rooms begin.
  String ROOM = "room:";

  /// How permissions to notify begin.
  String NOTIFY = "notify:";

  /// The permission to send broadcasts.
  String BROADCAST = "broadcast";

  /// Reads a permission; `null` if `text` is not one. A pattern may contain colons, as names may:
  /// the action is what follows the last one.
  static @Nullable Permission parse(String text) {
    if (text.equals(BROADCAST)) {
      return new Broadcast();
    }
    if (text.startsWith(NOTIFY)) {
      NamePattern clients = NamePattern.parse(text.substring(NOTIFY.length()));
      return clients == null ? null : new Notify(clients);
    }
    int end = text.lastIndexOf(':');
    if (!text.startsWith(ROOM) || end < ROOM.length()) {
      return null;
    }
    NamePattern rooms = NamePattern.parse(text.substring(ROOM.length(), end));
    if (rooms == null) {
      return null;
    }
    return switch (text.substring(end + 1)) {
      case "join" -> new InRooms(rooms, Action.InRoom.JOIN);
      case "send" -> new InRooms(rooms, Action.InRoom.SEND);
      case "moderate" -> new InRooms(rooms, Action.InRoom.MODERATE);
      default -> null;
    };
  }
}
