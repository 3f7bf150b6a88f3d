package dev.tertulia.server.storage.rows;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.topic.TopicName;
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

  public boolean has(String name) {
    return fields.containsKey(name);
  }

  public String text(String name) throws BadLineException {
    return required(name, optionalText(name));
  }

  public @Nullable String optionalText(String name) throws BadLineException {
    String text = of(name, String.class, "a text");
    if (text != null) {
      requireText(name, text);
    }
    return text;
  }

  /// A text that keeps a rule.
  public String text(String name, TextRule rule) throws BadLineException {
    String text = text(name);
    require(name, text, rule);
    return text;
  }

  /// Checks that a text of the field `name` is valid.
  public static void requireText(String name, String text) throws BadLineException {
    if (!JsonText.isText(text)) {
      throw new BadLineException(
          "'" + name + "' contains U+0000, or text that is not valid Unicode");
    }
  }

  /// Checks that it also keeps a rule.
  public static void require(String name, String text, TextRule rule) throws BadLineException {
    requireText(name, text);
    if (!rule.fits(text)) {
      throw new BadLineException(
          "'%s' has an invalid length; at most %s characters are allowed"
              .formatted(name, rule.most()));
    }
  }

  /// Checks that a text may be a reaction.
  public static void requireEmoji(String text) throws BadLineException {
    if (!JsonText.isText(text) || !EntryRules.isEmoji(text)) {
      throw new BadLineException(
          "'emoji' is empty, or has more than %s bytes".formatted(EntryRules.MAX_EMOJI_BYTES));
    }
  }

  /// The reaction.
  String emoji() throws BadLineException {
    String emoji = text("emoji");
    requireEmoji(emoji);
    return emoji;
  }

  /// The client.
  public String client() throws BadLineException {
    try {
      return new ClientId(text("client")).value();
    } catch (IllegalArgumentException e) {
      throw new BadLineException("'client' is not an identifier");
    }
  }

  /// The topic.
  public TopicName topic() throws BadLineException {
    String label = text("topic");
    int colon = label.indexOf(':');
    String kind = colon < 0 ? label : label.substring(0, colon);
    String name = colon < 0 ? "" : label.substring(colon + 1);
    if (kind.equals("broadcasts") && colon < 0) {
      return TopicName.BROADCASTS;
    }
    if (!Identifier.isValid(name)) {
      throw new BadLineException("'topic' is not a topic name");
    }
    return switch (kind) {
      case "room" -> new TopicName(TopicName.Kind.ROOM, name);
      case "inbox" -> new TopicName(TopicName.Kind.INBOX, name);
      default -> throw new BadLineException("'topic' is of an unknown kind");
    };
  }

  public long number(String name) throws BadLineException {
    return required(name, optionalNumber(name));
  }

  /// An offset, or how many there are of something.
  public long count(String name) throws BadLineException {
    return requireCount(name, number(name));
  }

  /// Returns `value`, if it may be an offset, or how many there are of something.
  public static long requireCount(String name, long value) throws BadLineException {
    return between(name, value, 0, EntryRules.MAX_OFFSET);
  }

  /// The offset of an entry; `null` if it is left out.
  public @Nullable Long optionalOffset(String name) throws BadLineException {
    Long offset = optionalNumber(name);
    return offset == null ? null : between(name, offset, 1, EntryRules.MAX_OFFSET);
  }

  /// Unix milliseconds.
  public long time(String name) throws BadLineException {
    return between(name, number(name), 0, EntryRules.MAX_TIME);
  }

  /// Unix milliseconds; `null` if it is left out.
  @Nullable Long optionalTime(String name) throws BadLineException {
    return has(name) ? (Long) time(name) : null;
  }

  /// As [#requireCount], within other bounds.
  public static long between(String name, long value, long least, long most)
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
  public boolean truth(String name) throws BadLineException {
    Boolean value = of(name, Boolean.class, "true or false");
    return value != null && value;
  }

  /// A term, as it stands in positions.
  public long term(String name) throws BadLineException {
    try {
      return Long.parseUnsignedLong(text(name), 36);
    } catch (NumberFormatException e) {
      throw new BadLineException("'" + name + "' is not a term");
    }
  }

  /// The text of a term.
  public static String term(long term) {
    return Long.toUnsignedString(term, 36);
  }

  /// At most `most` bytes, in hexadecimal.
  byte[] hex(String name, int most) throws BadLineException {
    byte[] bytes;
    try {
      bytes = HexFormat.of().parseHex(text(name));
    } catch (IllegalArgumentException e) {
      throw new BadLineException("'" + name + "' is not hexadecimal");
    }
    if (bytes.length > most) {
      throw new BadLineException("'%s' has more than %s bytes".formatted(name, most));
    }
    return bytes;
  }

  /// The object `name` as it is written, or as the text `name_text` holds it, as older versions
  /// have written one with ends of lines.
  public byte[] object(String name) throws BadLineException {
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
