package dev.tertulia.server.cli;

import dev.tertulia.server.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// A JSON object in the response of a server. Callers read the fields that they need, and do
/// without the rest.
///
/// @param fields texts, [Numeral]s, booleans, `null`, lists and further objects
/// @param json the object as it was written: a field that is there twice is in `fields` once
record JsonValue(Map<String, @Nullable Object> fields, String json) {
  static final JsonValue NOTHING = new JsonValue(Map.of(), "{}");

  /// A number as it was written: JSON has larger ones than any type.
  private record Numeral(String digits) {
    @Override
    public String toString() {
      return digits;
    }
  }

  /// Reads an object; what is none has no fields.
  static JsonValue parse(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (JsonParser parser = JsonText.parser(bytes)) {
      return parser.nextToken() == JsonToken.START_OBJECT
              && read(parser, bytes) instanceof JsonValue value
          ? value
          : NOTHING;
    } catch (JacksonException e) {
      return NOTHING;
    }
  }

  /// Whether there is nothing in it.
  boolean isEmpty() {
    return fields.isEmpty();
  }

  /// A field as text; empty if it is not there.
  String text(String name) {
    Object value = fields.get(name);
    return value == null ? "" : value.toString();
  }

  /// A field as an integer; 0 if it is not there, or none.
  long number(String name) {
    try {
      return fields.get(name) instanceof Numeral number ? Long.parseLong(number.digits) : 0;
    } catch (NumberFormatException noInteger) {
      return 0;
    }
  }

  boolean truth(String name) {
    return Boolean.TRUE.equals(fields.get(name));
  }

  /// The texts in a list; empty if it is not there.
  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    if (fields.get(name) instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof String text) {
          texts.add(text);
        }
      }
    }
    return texts;
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

  /// The object as it was written, letter for letter.
  String toJson() {
    return json;
  }

  private static @Nullable Object read(JsonParser parser, byte[] text) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        int begin = (int) parser.currentTokenLocation().getByteOffset();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, read(parser, text));
        }
        int end = (int) parser.currentLocation().getByteOffset();
        yield new JsonValue(fields, new String(text, begin, end - begin, StandardCharsets.UTF_8));
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(parser, text));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeral(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }
}
