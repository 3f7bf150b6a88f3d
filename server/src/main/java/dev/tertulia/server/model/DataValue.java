package dev.tertulia.server.model;

import dev.tertulia.server.json.JsonText;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The value of a `data` field: any JSON value within the limits, kept literally.
///
/// Duplicate fields and escaped U+0000 are preserved. Only line breaks, which can occur only
/// between tokens, are replaced by spaces, so that the value fits into a line of text.
public sealed interface DataValue {
  /// The maximum nesting depth. It leaves room for readers that embed the value in another
  /// document.
  int MAX_DEPTH = 64;

  /// A value within the limits.
  ///
  /// @param json the literal JSON, without line breaks
  /// @param bytes its size in UTF-8
  record Fit(String json, int bytes) implements DataValue {}

  /// A value that is not accepted.
  enum Unfit implements DataValue {
    /// A string contains an unpaired surrogate. In the name of a field, the parser itself rejects
    /// it.
    NOT_UNICODE,
    TOO_DEEP
  }

  /// Reads the value at the position of `parser` and moves past it.
  ///
  /// @param text the input of `parser`, from `start` on
  /// @throws JacksonException if it is not JSON, or exceeds the limits of [JsonText]
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

  /// Parses `json` as such a value; `null` if it is not JSON.
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
