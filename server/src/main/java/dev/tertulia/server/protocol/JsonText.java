package dev.tertulia.server.protocol;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// How every message of a client is taken apart: what both readers need. Any thread.
///
/// Levels are bounded; lengths are not, because the frame's bound holds for them too. No number is
/// converted unless it is asked for.
final class JsonText {
  /// The most levels that a message may have, its own included.
  static final int MAX_DEPTH = 500;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private JsonText() {}

  /// Begins to read.
  static JsonParser parser(byte[] text, int offset, int length) {
    return JSON.createParser(ObjectReadContext.empty(), text, offset, length);
  }

  /// Whether a JSON parser would take the text for UTF-16 or UTF-32, or pass over a byte order
  /// mark.
  static boolean isOtherUnicode(byte[] text, int offset, int length) {
    for (int i = offset; i < offset + Math.min(length, 4); i++) {
      if (text[i] == 0) {
        return true;
      }
    }
    return length > 0 && (text[offset] & 0xff) == 0xef;
  }

  /// Whether every surrogate in `text` has its other half, so that it can be told in UTF-8.
  static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /// How many characters `text` has: Unicode code points.
  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// How many bytes of UTF-8 `text` takes.
  static int utf8Length(String text) {
    int length = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x800 && !Character.isSurrogate(c)) {
        length += 2;
      } else if (c >= 0x80) {
        length += 1;
      }
    }
    return length;
  }
}
