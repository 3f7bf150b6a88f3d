package dev.tertulia.server.auth;

import dev.tertulia.server.json.JsonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// A JSON object in a token. A value has the type that it was written in: nothing is converted.
///
/// @param fields texts, numbers (`Double`), booleans, [Null], lists and maps
public record TokenJson(Map<String, Object> fields) {
  /// A `null`: a field that is there, and has no value.
  enum Null {
    NULL
  }

  /// Reads one object, and of its fields those that are wanted.
  ///
  /// @return `null` if that is not one object, or if a name occurs twice in it, so that two readers
  ///   could understand it differently
  public static @Nullable TokenJson parse(byte[] text, Set<String> wanted) {
    try (JsonParser parser = JsonText.parser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      Map<String, Object> fields = new HashMap<>();
      Set<String> names = new HashSet<>();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (!names.add(name)) {
          return null;
        }
        if (wanted.contains(name)) {
          fields.put(name, value(parser));
        } else {
          parser.skipChildren();
        }
      }
      return parser.nextToken() == null ? new TokenJson(fields) : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  /// A field; `null` if it is not there.
  public @Nullable Object get(String name) {
    return fields.get(name);
  }

  /// A field, or one within objects: see `ClaimNames`.
  public @Nullable Object at(String path) {
    Object value = fields.get(path);
    if (value != null) {
      return value;
    }
    int dot = path.indexOf('.');
    if (dot < 0 || !(fields.get(path.substring(0, dot)) instanceof Map<?, ?> inner)) {
      return null;
    }
    return within(inner, path.substring(dot + 1));
  }

  private static @Nullable Object within(Map<?, ?> object, String path) {
    Map<?, ?> at = object;
    String rest = path;
    while (true) {
      Object value = at.get(rest);
      int dot = rest.indexOf('.');
      if (value != null || dot < 0) {
        return value;
      }
      if (!(at.get(rest.substring(0, dot)) instanceof Map<?, ?> inner)) {
        return null;
      }
      at = inner;
      rest = rest.substring(dot + 1);
    }
  }

  private static Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> fields = new HashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, value(parser));
        }
        yield fields;
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> Null.NULL;
    };
  }
}
