package dev.tertulia.server.http;

import dev.tertulia.server.protocol.Identifier;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Up to where a stream has each of its topics: the `id` of its events, from which it resumes.
///
/// As text it is `topic/position`, separated by commas, in any order, each topic by its [#key]. A
/// client keeps it and gives it back, and looks at nothing in it. What a client gives is read
/// whole, every position of it, and written again from what was read: no byte of a request gets
/// into an event.
///
/// @param positions by the key of the topic
public record EventId(Map<String, Position> positions) {
  /// Nowhere yet.
  public static final EventId NONE = new EventId(Map.of());

  /// What stands between a topic and its position.
  public static final char OF = '/';

  /// What stands between two topics.
  public static final char NEXT = ',';

  /// The keys of the two logs that an inbox is. No identifier has a `*`.
  private static final String INBOX = "*inbox";

  private static final String BROADCASTS = "*broadcasts";

  public EventId {
    positions = Map.copyOf(positions);
  }

  /// The name of a topic in an id: a room's own name, or another word that begins with `*`.
  public static String key(TopicName topic) {
    return switch (topic.kind()) {
      case ROOM -> topic.name();
      case INBOX -> INBOX;
      case BROADCASTS -> BROADCASTS;
      case PRESENCE -> throw new IllegalArgumentException("presence has no positions");
    };
  }

  /// One topic's part of an id.
  public static String part(TopicName topic, Position position) {
    return key(topic) + OF + position;
  }

  /// The part of an id that an inbox is: its two logs, or the one of which `position` tells.
  public static String part(InboxPosition position) {
    String personal = position.personal() == null ? "" : INBOX + OF + position.personal();
    String broadcasts =
        position.broadcasts() == null ? "" : BROADCASTS + OF + position.broadcasts();
    return personal.isEmpty() || broadcasts.isEmpty()
        ? personal + broadcasts
        : personal + NEXT + broadcasts;
  }

  /// Reads an id, in whatever order its parts are.
  ///
  /// @param rooms those of the stream; of the id only what concerns these and the inbox is kept
  /// @return `null` if it is not an id
  static @Nullable EventId parse(String text, Collection<String> rooms) {
    Set<String> keys = new HashSet<>(rooms);
    keys.add(INBOX);
    keys.add(BROADCASTS);
    Map<String, Position> positions = new TreeMap<>();
    for (String part : text.split(String.valueOf(NEXT), -1)) {
      int slash = part.indexOf(OF);
      String key = slash < 0 ? part : part.substring(0, slash);
      Position position = slash < 0 ? null : Position.parse(part.substring(slash + 1));
      if (position == null || !(keys.contains(key) || Identifier.isValid(key))) {
        return null;
      }
      if (keys.contains(key) && positions.put(key, position) != null) {
        return null;
      }
    }
    return new EventId(positions);
  }

  /// The position in `topic`; `null` if there is none.
  @Nullable String of(TopicName topic) {
    Position position = positions.get(key(topic));
    return position == null ? null : position.toString();
  }

  /// The position in the client's inbox, as one; `null` if there is none.
  @Nullable String ofInbox() {
    Position personal = positions.get(INBOX);
    Position broadcasts = positions.get(BROADCASTS);
    return personal == null && broadcasts == null
        ? null
        : new InboxPosition(personal, broadcasts).toString();
  }
}
