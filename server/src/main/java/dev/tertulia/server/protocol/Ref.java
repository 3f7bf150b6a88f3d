package dev.tertulia.server.protocol;

import java.util.HexFormat;

/// A client's own mark on a request, by which it knows the reply: text or an integer.
///
/// @param json a JSON string or integer, as the reply has it; at most 128 characters of text, or as
///   many digits
public record Ref(String json) {
  /// The longest one, in characters.
  public static final int MAX_LENGTH = 128;

  /// A mark of text.
  static Ref of(String text) {
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
