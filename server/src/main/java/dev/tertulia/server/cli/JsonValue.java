package dev.tertulia.server.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// A JSON object that a server has answered, for whoever takes what is there and does without the
/// rest.
///
/// @param fields texts, numbers, booleans, lists and further objects
record JsonValue(Map<String, Object> fields) {
  private static final JsonFactory FACTORY = JsonFactory.builder().build();
  private static final JsonValue NOTHING = new JsonValue(Map.of());

  /// Reads an object; what is none has no fields.
  static JsonValue parse(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return parser.nextToken() == JsonToken.START_OBJECT && read(parser) instanceof JsonValue value
          ? value
          : NOTHING;
    } catch (JacksonException e) {
      return NOTHING;
    }
  }

  /// A field as text; empty if it is not there.
  String text(String name) {
    Object value = fields.get(name);
    return value == null ? "" : value.toString();
  }

  long number(String name) {
    return fields.get(name) instanceof Number number ? number.longValue() : 0;
  }

  boolean truth(String name) {
    return Boolean.TRUE.equals(fields.get(name));
  }

  /// The objects in a list; empty if it is not there.
  List<JsonValue> objects(String name) {
    List<JsonValue> objects = new ArrayList<>();
    if (fields.get(name) instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof JsonValue value) {
          objects.add(value);
        }
      }
    }
    return objects;
  }

  /// The object as JSON again, in the same order.
  String toJson() {
    return ApiClient.json(fields);
  }

  private static @Nullable Object read(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          Object value = read(parser);
          if (value != null) {
            fields.put(name, value);
          }
        }
        yield new JsonValue(fields);
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          Object value = read(parser);
          if (value != null) {
            list.add(value);
          }
        }
        yield list;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }
}
