package dev.tertulia.server.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// A JSON object that came from a server. What is asked for must be there, and be of its kind.
record Json(Map<String, @Nullable Object> fields) {
  private static final JsonFactory JSON = new JsonFactory();

  static Json of(String text) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      return (Json) Objects.requireNonNull(value(parser, text));
    }
  }

  private static @Nullable Object value(JsonParser parser, String text) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, value(parser, text));
        }
        yield new Json(fields);
      }
      case START_ARRAY -> {
        List<@Nullable Object> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          values.add(value(parser, text));
        }
        yield values;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new AssertionError("not expected in " + text);
    };
  }

  boolean has(String name) {
    return fields.get(name) != null;
  }

  String type() {
    return text("type");
  }

  String text(String name) {
    return get(name, String.class);
  }

  long number(String name) {
    return get(name, Long.class);
  }

  boolean flag(String name) {
    return get(name, Boolean.class);
  }

  List<Json> list(String name) {
    return ((List<?>) get(name, List.class)).stream().map(Json.class::cast).toList();
  }

  private <T> T get(String name, Class<T> kind) {
    Object value = fields.get(name);
    if (!kind.isInstance(value)) {
      throw new AssertionError("no %s '%s' in %s".formatted(kind.getSimpleName(), name, fields));
    }
    return kind.cast(value);
  }
}
