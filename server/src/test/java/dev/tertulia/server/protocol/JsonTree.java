package dev.tertulia.server.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// JSON as maps, lists, texts and numbers, for assertions about output.
public final class JsonTree {
  private JsonTree() {}

  /// Reads one object, strictly: no field may come twice, but in `data`, which is an application's
  /// own; and nothing may follow.
  public static Map<String, @Nullable Object> read(byte[] utf8) {
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), utf8)) {
      parser.nextToken();
      Map<String, @Nullable Object> object = object(parser, /* strict= */ true);
      if (parser.nextToken() != null) {
        throw new AssertionError("more than one: " + new String(utf8, StandardCharsets.UTF_8));
      }
      return object;
    }
  }

  private static Map<String, @Nullable Object> object(JsonParser parser, boolean strict) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (strict && object.containsKey(name)) {
        throw new AssertionError("twice: " + name);
      }
      object.put(name, value(parser, strict && !name.equals("data")));
    }
    return object;
  }

  private static @Nullable Object value(JsonParser parser, boolean strict) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, strict);
      case START_ARRAY -> {
        List<@Nullable Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser, strict));
        }
        yield array;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }
}
