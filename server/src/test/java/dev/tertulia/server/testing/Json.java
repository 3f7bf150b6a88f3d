package dev.tertulia.server.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// A parsed JSON object. Fields that are read must exist and have the expected type.
///
/// @param fields texts, longs (larger integers as text), booleans, lists, further objects, and
///   `null`
public record Json(String text, Map<String, @Nullable Object> fields) {
  private static final JsonFactory FACTORY = JsonFactory.builder().build();

  /// Takes `text` apart.
  public static Json parse(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new AssertionError("no object: " + text);
      }
      return new Json(text, object(parser));
    }
  }

  public String type() {
    return text("type");
  }

  public boolean has(String field) {
    return fields.get(field) != null;
  }

  public String text(String field) {
    return get(field, String.class);
  }

  public long number(String field) {
    return get(field, Long.class);
  }

  public boolean truth(String field) {
    return get(field, Boolean.class);
  }

  /// The objects in an array.
  public List<Json> objects(String field) {
    return ((List<?>) get(field, List.class)).stream().map(Json.class::cast).toList();
  }

  /// The texts in an array.
  public List<String> texts(String field) {
    return ((List<?>) get(field, List.class)).stream().map(String.class::cast).toList();
  }

  private <T> T get(String field, Class<T> kind) {
    Object value = fields.get(field);
    if (!kind.isInstance(value)) {
      throw new AssertionError("no %s '%s' in %s".formatted(kind.getSimpleName(), field, fields));
    }
    return kind.cast(value);
  }

  private static Map<String, @Nullable Object> object(JsonParser parser) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      fields.put(name, value(parser));
    }
    return fields;
  }

  /// A long; as text, where it is none.
  private static Object integer(String digits) {
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException tooLong) {
      return digits;
    }
  }

  private static @Nullable Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> new Json("a part", object(parser));
      case START_ARRAY -> {
        List<@Nullable Object> all = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          all.add(value(parser));
        }
        yield all;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> integer(parser.getString());
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new AssertionError("unexpected " + parser.currentToken());
    };
  }
}
