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

/// A JSON object that came, taken apart.
///
/// @param fields texts, longs, booleans, lists, further objects, and `null`
public record Json(String text, Map<String, @Nullable Object> fields) {
  private static final JsonFactory FACTORY = JsonFactory.builder().build();

  /// Takes `text` apart.
  public static Json parse(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
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
    return (String) get(field);
  }

  public long number(String field) {
    return (Long) get(field);
  }

  public boolean truth(String field) {
    return (Boolean) get(field);
  }

  /// The objects in an array.
  public List<Json> objects(String field) {
    List<Json> all = new ArrayList<>();
    for (Object element : (List<?>) get(field)) {
      all.add((Json) element);
    }
    return all;
  }

  private Object get(String field) {
    Object value = fields.get(field);
    if (value == null) {
      throw new AssertionError("no '" + field + "' in " + text);
    }
    return value;
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
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new AssertionError("unexpected " + parser.currentToken());
    };
  }
}
