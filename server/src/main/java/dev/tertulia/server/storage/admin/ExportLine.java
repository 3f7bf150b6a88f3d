package dev.tertulia.server.storage.admin;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.TextRule;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// A parsed line of an export: a JSON object with fields by name.
///
/// Texts, integers and booleans are converted; any other value is kept literally. Unknown fields
/// are ignored.
public final class ExportLine {
  /// A value that is an object or a list, as it is written.
  private record Raw(String text) {}

  private final Map<String, Object> fields;

  private ExportLine(Map<String, Object> fields) {
    this.fields = fields;
  }

  /// Reads the first `length` bytes of `line`.
  public static ExportLine parse(byte[] line, int length) throws BadLineException {
    Map<String, Object> fields = new HashMap<>();
    if (!JsonText.isUtf8(line, 0, length)) {
      throw new BadLineException("it is not UTF-8");
    }
    try (JsonParser in = JsonText.parser(line, 0, length)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new BadLineException("it is not a JSON object");
      }
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = in.currentName();
        JsonToken token = in.nextToken();
        Object value;
        if (token == JsonToken.VALUE_STRING) {
          value = in.getString();
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
          value = in.getLongValue();
        } else if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
          value = token == JsonToken.VALUE_TRUE;
        } else {
          value = new Raw(JsonText.raw(in, line, 0));
        }
        // In what an application has put into `data` it may be, and is kept.
        if (fields.put(name, value) != null) {
          throw new BadLineException("'" + name + "' appears twice");
        }
      }
      if (in.nextToken() != null) {
        throw new BadLineException("it contains more than one JSON object");
      }
    } catch (JacksonException e) {
      throw new BadLineException("it is not JSON (" + e.getOriginalMessage() + ")");
    }
    return new ExportLine(fields);
  }

  boolean has(String name) {
    return fields.containsKey(name);
  }

  String text(String name) throws BadLineException {
    return required(name, optionalText(name));
  }

  @Nullable String optionalText(String name) throws BadLineException {
    String text = of(name, String.class, "a text");
    if (text != null && !JsonText.isText(text)) {
      throw new BadLineException(
          "'" + name + "' contains U+0000, or text that is not valid Unicode");
    }
    return text;
  }

  /// A text that keeps a rule.
  String text(String name, TextRule rule) throws BadLineException {
    String text = text(name);
    if (!rule.fits(text)) {
      throw new BadLineException("'%s' %s".formatted(name, ImportRules.lengths(rule)));
    }
    return text;
  }

  long number(String name) throws BadLineException {
    return required(name, optionalNumber(name));
  }

  /// An offset, or how many there are of something.
  long count(String name) throws BadLineException {
    return between(name, number(name), 0, EntryRules.MAX_OFFSET);
  }

  /// The offset of an entry; `null` if it is left out.
  @Nullable Long optionalOffset(String name) throws BadLineException {
    Long offset = optionalNumber(name);
    return offset == null ? null : between(name, offset, 1, EntryRules.MAX_OFFSET);
  }

  /// Unix milliseconds.
  long time(String name) throws BadLineException {
    return between(name, number(name), 0, EntryRules.MAX_TIME);
  }

  /// Unix milliseconds; `null` if it is left out.
  @Nullable Long optionalTime(String name) throws BadLineException {
    return has(name) ? (Long) time(name) : null;
  }

  private static long between(String name, long value, long least, long most)
      throws BadLineException {
    if (value < least || value > most) {
      throw new BadLineException("'%s' is not between %s and %s".formatted(name, least, most));
    }
    return value;
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
      throw new BadLineException("'" + name + "' is not a term");
    }
  }

  byte[] hex(String name) throws BadLineException {
    try {
      return HexFormat.of().parseHex(text(name));
    } catch (IllegalArgumentException e) {
      throw new BadLineException("'" + name + "' is not hexadecimal");
    }
  }

  /// The object `name` as it is written, or as the text `name_text` holds it, as older versions
  /// have written one with ends of lines.
  byte[] object(String name) throws BadLineException {
    String text = of(name + "_text", String.class, "a text");
    if (text == null) {
      text = required(name, of(name, Raw.class, "an object")).text();
    }
    return text.getBytes(StandardCharsets.UTF_8);
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
