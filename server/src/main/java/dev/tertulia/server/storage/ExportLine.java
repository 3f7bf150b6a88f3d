package dev.tertulia.server.storage;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// One line of an export, read: a JSON object with fields by name.
///
/// Texts, whole numbers and truths are told as what they are; any other value as it is written.
/// Fields that nobody asks for are left alone.
final class ExportLine {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /// A value that is an object or a list, as it is written.
  private record Raw(byte[] text) {}

  private final Map<String, Object> fields;

  private ExportLine(Map<String, Object> fields) {
    this.fields = fields;
  }

  /// Reads the first `length` bytes of `line`.
  static ExportLine parse(byte[] line, int length) throws BadLineException {
    Map<String, Object> fields = new HashMap<>();
    try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), line, 0, length)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new BadLineException("it is no JSON object");
      }
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = in.currentName();
        JsonToken token = in.nextToken();
        if (token == JsonToken.VALUE_STRING) {
          fields.put(name, in.getString());
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
          fields.put(name, in.getLongValue());
        } else if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
          fields.put(name, token == JsonToken.VALUE_TRUE);
        } else {
          fields.put(name, raw(in, line));
        }
      }
      if (in.nextToken() != null) {
        throw new BadLineException("there is more than one JSON object in it");
      }
    } catch (JacksonException e) {
      throw new BadLineException("it is no JSON (" + e.getOriginalMessage() + ")");
    }
    return new ExportLine(fields);
  }

  private static Raw raw(JsonParser in, byte[] line) {
    int start = (int) in.currentTokenLocation().getByteOffset();
    in.skipChildren();
    in.finishToken();
    int end = (int) in.currentLocation().getByteOffset();
    return new Raw(java.util.Arrays.copyOfRange(line, start, end));
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  String text(String name) throws BadLineException {
    return required(name, optionalText(name));
  }

  @Nullable String optionalText(String name) throws BadLineException {
    return of(name, String.class, "a text");
  }

  long number(String name) throws BadLineException {
    return required(name, optionalNumber(name));
  }

  /// A number that is not below zero.
  long count(String name) throws BadLineException {
    long count = number(name);
    if (count < 0) {
      throw new BadLineException("'" + name + "' is below zero");
    }
    return count;
  }

  @Nullable Long optionalNumber(String name) throws BadLineException {
    return of(name, Long.class, "a whole number");
  }

  /// A truth; `false` if it is left out.
  boolean truth(String name) throws BadLineException {
    Boolean value = of(name, Boolean.class, "true or false");
    return value != null && value;
  }

  /// A term, as it stands in positions.
  long term(String name) throws BadLineException {
    try {
      return Long.parseUnsignedLong(text(name), 36);
    } catch (NumberFormatException e) {
      throw new BadLineException("'" + name + "' is no term");
    }
  }

  byte[] hex(String name) throws BadLineException {
    try {
      return HexFormat.of().parseHex(text(name));
    } catch (IllegalArgumentException e) {
      throw new BadLineException("'" + name + "' is not hexadecimal");
    }
  }

  /// The object `name` as it is written, or, if that has line breaks, as the text `name_text` holds
  /// it.
  byte[] object(String name) throws BadLineException {
    String text = optionalText(name + "_text");
    return text == null
        ? required(name, of(name, Raw.class, "an object")).text()
        : text.getBytes(StandardCharsets.UTF_8);
  }

  private <T> @Nullable T of(String name, Class<T> type, String what) throws BadLineException {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    if (!type.isInstance(value)) {
      throw new BadLineException("'" + name + "' must be " + what);
    }
    return type.cast(value);
  }

  private static <T> T required(String name, @Nullable T value) throws BadLineException {
    if (value == null) {
      throw new BadLineException("'" + name + "' is missing");
    }
    return value;
  }
}
