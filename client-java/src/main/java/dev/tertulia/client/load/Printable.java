package dev.tertulia.client.load;

import java.util.HexFormat;

/// Escapes text from others for a terminal: what could drive it, change the direction of text or be
/// invisible is written as an escape, as in JSON.
///
/// That is every control character (those of C1 and DEL too), every mark of format (directions,
/// zero widths, tags), line and paragraph separators, fillers and variation selectors, and half
/// surrogate pairs.
public final class Printable {
  private Printable() {}

  /// `text` in one line.
  public static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      if (c == '\n' || c == '\r' || c == '\t') {
        line.append(' ');
      } else if (isUnfit(c)) {
        escape(c, line);
      } else {
        line.appendCodePoint(c);
      }
    }
    return line.toString();
  }

  /// Whether `c` must not come to a terminal as it is.
  public static boolean isUnfit(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> isInvisible(c);
    };
  }

  /// What Unicode calls ignorable by default and has another type, and the blank of Braille.
  private static boolean isInvisible(int c) {
    return c == 0x34f
        || (c >= 0x115f && c <= 0x1160)
        || (c >= 0x17b4 && c <= 0x17b5)
        || (c >= 0x180b && c <= 0x180f)
        || c == 0x2065
        || c == 0x2800
        || c == 0x3164
        || (c >= 0xfe00 && c <= 0xfe0f)
        || c == 0xffa0
        || (c >= 0xfff0 && c <= 0xfff8)
        || (c >= 0xe0000 && c <= 0xe0fff);
  }

  /// As JSON has it.
  private static void escape(int c, StringBuilder out) {
    for (char half : Character.toChars(c)) {
      out.append("\\u").append(HexFormat.of().toHexDigits(half));
    }
  }
}
