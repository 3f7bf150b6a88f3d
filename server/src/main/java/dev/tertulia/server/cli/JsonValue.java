package dev.tertulia.server.cli;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// A JSON object that a server has answered, for whoever takes what is there and does without the
/// rest.
///
/// @param fields texts, [Numeral]s, booleans, `null`, lists and further objects
record JsonValue(Map<String, @Nullable Object> fields) {
  private static final JsonFactory FACTORY = JsonFactory.builder().build();
  private static final JsonValue NOTHING = new JsonValue(Map.of());

  /// A number as it was written: JSON has larger ones than any type.
  private record Numeral(String digits) {
    @Override
    public String toString() {
      return digits;
    }
  }

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
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      write(out, this);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, @Nullable Object value) {
    switch (value) {
      case null -> out.writeNull();
      case JsonValue object -> {
        out.writeStartObject();
        object.fields.forEach((name, each) -> {
          out.writeName(name);
          write(out, each);
        });
        out.writeEndObject();
      }
      case List<?> list -> {
        out.writeStartArray();
        list.forEach(each -> write(out, each));
        out.writeEndArray();
      }
      case Numeral number -> out.writeNumber(number.digits);
      case Boolean truth -> out.writeBoolean(truth);
      default -> out.writeString(value.toString());
    }
  }

  private static @Nullable Object read(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, read(parser));
        }
        yield new JsonValue(fields);
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(parser));
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
