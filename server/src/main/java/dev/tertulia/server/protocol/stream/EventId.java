package dev.tertulia.server.protocol.stream;

import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The `id` of the events of a stream: the position of the stream in each of its topics, from which
/// it resumes.
///
/// Its text form is a comma-separated list of `topic/position`, in any order, each topic by its
/// [#key]. It is opaque to clients, which send it back unchanged. An id received from a client is
/// parsed completely and formatted again, so no byte of a request gets into an event.
///
/// @param positions the positions by the keys of the topics
public record EventId(Map<String, Position> positions) {
  /// An id without positions.
  public static final EventId NONE = new EventId(Map.of());

  /// The separator between a topic and its position.
  public static final char OF = '/';

  /// The separator between two topics.
  public static final char NEXT = ',';

  /// The keys of the two logs of an inbox. No identifier contains a `*`.
  private static final String INBOX = "*inbox";

  private static final String BROADCASTS = "*broadcasts";

  public EventId {
    positions = Map.copyOf(positions);
  }

  /// The key of a topic: the name of a room, or a word that begins with `*`.
  public static String key(TopicName topic) {
    return switch (topic.kind()) {
      case ROOM -> topic.name();
      case INBOX -> INBOX;
      case BROADCASTS -> BROADCASTS;
      case PRESENCE -> throw new IllegalArgumentException("presence has no positions");
    };
  }

  /// Formats the part of one topic.
  public static String part(TopicName topic, Position position) {
    return key(topic) + OF + position;
  }

  /// Formats the part of an inbox: both logs, or only the one that `position` has.
  public static String part(InboxPosition position) {
    String personal = position.personal() == null ? "" : INBOX + OF + position.personal();
    String broadcasts =
        position.broadcasts() == null ? "" : BROADCASTS + OF + position.broadcasts();
    return personal.isEmpty() || broadcasts.isEmpty()
        ? personal + broadcasts
        : personal + NEXT + broadcasts;
  }

  /// Parses an id, with its parts in any order.
  ///
  /// @param rooms the rooms of the stream; only the positions of these and of the inbox are kept
  /// @return `null` if `text` is not an id
  public static @Nullable EventId parse(String text, Collection<String> rooms) {
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
  public @Nullable String of(TopicName topic) {
    Position position = positions.get(key(topic));
    return position == null ? null : position.toString();
  }

  /// The position in the inbox of the client; `null` if there is none.
  public @Nullable String ofInbox() {
    Position personal = positions.get(INBOX);
    Position broadcasts = positions.get(BROADCASTS);
    return personal == null && broadcasts == null
        ? null
        : new InboxPosition(personal, broadcasts).toString();
  }
}
