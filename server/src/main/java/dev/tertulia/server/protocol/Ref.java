package dev.tertulia.server.protocol;

import java.util.HexFormat;

/// The `ref` of a request, by which the client recognizes the reply: a text or an integer.
///
/// @param json the JSON string or integer, as it appears in the reply; a text has at most 128
///   characters, an integer at most 128 digits
public record Ref(String json) {
  /// The maximum length, in characters.
  public static final int MAX_LENGTH = 128;

  /// A `ref` that is a text.
  public static Ref of(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append("\\u00").append(HexFormat.of().toHexDigits((byte) c));
      } else {
        json.append(c);
      }
    }
    return new Ref(json.append('"').toString());
  }
}
