package dev.tertulia.server.http;

import dev.tertulia.server.protocol.Identifier;
import dev.tertulia.server.protocol.Request;
import dev.tertulia.server.topic.TopicName;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Up to where a stream has each of its topics: the `id` of its events, from which it resumes.
///
/// As text it is `topic/position`, separated by commas, each topic by its [#key]. A client keeps it
/// and gives it back, and looks at nothing in it.
///
/// @param positions by the key of the topic
public record EventId(Map<String, String> positions) {
  /// Nowhere yet.
  public static final EventId NONE = new EventId(Map.of());

  /// The keys of the two logs that an inbox is. No identifier has a `*`.
  private static final String INBOX = "*inbox";

  private static final String BROADCASTS = "*broadcasts";

  /// What stands between the positions in those two, where they are told as one.
  private static final char AND = '+';

  private static final char OF = '/';

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
  public static String part(TopicName topic, String position) {
    return key(topic) + OF + position;
  }

  /// Reads an id, in whatever order its parts are.
  ///
  /// @return `null` if it is none
  static @Nullable EventId parse(String text) {
    Map<String, String> positions = new LinkedHashMap<>();
    for (String part : text.split(",", -1)) {
      int slash = part.indexOf(OF);
      String key = slash < 0 ? part : part.substring(0, slash);
      String position = slash < 0 ? "" : part.substring(slash + 1);
      boolean known = key.equals(INBOX) || key.equals(BROADCASTS) || Identifier.isValid(key);
      if (!known
          || position.isEmpty()
          || position.length() > Request.MAX_ID_LENGTH
          || positions.put(key, position) != null) {
        return null;
      }
    }
    return new EventId(positions);
  }

  /// The position in `topic`; `null` if there is none.
  @Nullable String of(TopicName topic) {
    return positions.get(key(topic));
  }

  /// The position in the client's inbox, as one; `null` if there is none.
  @Nullable String ofInbox() {
    String personal = positions.getOrDefault(INBOX, "");
    String broadcasts = positions.getOrDefault(BROADCASTS, "");
    return personal.isEmpty() && broadcasts.isEmpty() ? null : personal + AND + broadcasts;
  }

  /// This, once the client has the topic with that key up to `position`, which may be that of an
  /// inbox as one.
  public EventId with(String key, String position) {
    Map<String, String> more = new HashMap<>(positions);
    int and = key.equals(INBOX) ? position.indexOf(AND) : -1;
    if (and < 0) {
      more.put(key, position);
    } else {
      put(more, INBOX, position.substring(0, and));
      put(more, BROADCASTS, position.substring(and + 1));
    }
    return new EventId(more);
  }

  private static void put(Map<String, String> positions, String key, String position) {
    if (!position.isEmpty()) {
      positions.put(key, position);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(positions)
        .forEach((key, position) ->
            text.append(text.isEmpty() ? "" : ",").append(key).append(OF).append(position));
    return text.toString();
  }
}
