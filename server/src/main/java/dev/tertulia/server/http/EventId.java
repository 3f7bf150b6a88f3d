package dev.tertulia.server.http;

import dev.tertulia.server.protocol.Identifier;
import dev.tertulia.server.protocol.Request;
import dev.tertulia.server.topic.TopicName;
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

  /// What begins the key of a topic that is no room: no identifier has it.
  private static final String NO_ROOM = "*";

  private static final char OF = '/';

  public EventId {
    positions = Map.copyOf(positions);
  }

  /// The name of a topic in an id: a room's own name, or another word that begins with `*`.
  public static String key(TopicName topic) {
    return switch (topic.kind()) {
      case ROOM -> topic.name();
      case INBOX -> "*inbox";
      case BROADCASTS -> "*broadcasts";
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
      boolean known =
          key.equals(key(TopicName.BROADCASTS)) || key.equals(NO_ROOM + "inbox") || Identifier.isValid(key);
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

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(positions)
        .forEach((key, position) ->
            text.append(text.isEmpty() ? "" : ",").append(key).append(OF).append(position));
    return text.toString();
  }
}
