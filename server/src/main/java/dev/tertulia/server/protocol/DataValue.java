package dev.tertulia.server.protocol;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// What an application puts into `data`: any JSON value that keeps the rules, letter for letter.
///
/// A field that is there twice stays there twice, and U+0000 stays as it is escaped. Only ends of
/// lines, which can be nowhere but between the parts, become spaces, so that it fits where a line
/// is a record.
public sealed interface DataValue {
  /// The most levels: few enough that whoever reads it as a part of something else can.
  int MAX_DEPTH = 64;

  /// What keeps the rules.
  ///
  /// @param json as it was written, without ends of lines
  /// @param bytes how many of UTF-8 that are
  record Fit(String json, int bytes) implements DataValue {}

  /// What does not.
  enum Unfit implements DataValue {
    /// Half of a surrogate pair in a text. In a name it is not even JSON to the parser.
    NOT_UNICODE,
    TOO_DEEP
  }

  /// Reads the value at which `parser` stands, and passes over it.
  ///
  /// @param text what `parser` reads, from `start` on
  /// @throws JacksonException if it is no JSON, or past the bounds of [JsonText]
  static DataValue read(JsonParser parser, byte[] text, int start) {
    int begin = start + (int) parser.currentTokenLocation().getByteOffset();
    boolean unicode = true;
    int depth = 0;
    int deepest = 0;
    JsonToken token = parser.currentToken();
    while (true) {
      if (token.isStructStart()) {
        depth++;
        deepest = Math.max(deepest, depth);
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.VALUE_STRING) {
        unicode &= JsonText.isUnicode(parser.getString());
      }
      if (depth == 0) {
        break;
      }
      token = parser.nextToken();
    }
    if (!unicode) {
      return Unfit.NOT_UNICODE;
    }
    if (deepest > MAX_DEPTH) {
      return Unfit.TOO_DEEP;
    }
    parser.finishToken();
    int end = start + (int) parser.currentLocation().getByteOffset();
    String json = new String(text, begin, end - begin, StandardCharsets.UTF_8);
    return new Fit(JsonText.inOneLine(json), end - begin);
  }

  /// The value that `json` is, as above; `null` if it is none.
  static @Nullable DataValue parse(String json) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    try (JsonParser parser = JsonText.parser(text)) {
      if (parser.nextToken() == null) {
        return null;
      }
      DataValue value = read(parser, text, 0);
      return parser.nextToken() == null ? value : null;
    } catch (JacksonException e) {
      return null;
    }
  }
}
