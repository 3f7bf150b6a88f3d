package dev.tertulia.server.logging;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/// Makes text written by other people safe for a terminal: characters that could control it, change
/// the direction of text or be invisible are escaped as in JSON.
///
/// Escaped are all control characters (including C1 and DEL), all format characters (directions,
/// zero widths, tags), line and paragraph separators, fillers, variation selectors and unpaired
/// surrogates. Joiners stay where they are part of visible text: within emoji, and in scripts that
/// use them.
public final class Printable {
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;
  private static final int EMOJI_SELECTOR = 0xfe0f;

  private static final Set<UnicodeScript> JOINED =
      EnumSet.of(
          UnicodeScript.ARABIC,
          UnicodeScript.SYRIAC,
          UnicodeScript.DEVANAGARI,
          UnicodeScript.BENGALI,
          UnicodeScript.GURMUKHI,
          UnicodeScript.GUJARATI,
          UnicodeScript.ORIYA,
          UnicodeScript.TAMIL,
          UnicodeScript.TELUGU,
          UnicodeScript.KANNADA,
          UnicodeScript.MALAYALAM,
          UnicodeScript.SINHALA,
          UnicodeScript.KHMER);

  private Printable() {}

  /// Escapes `text` so that it fits into one line.
  public static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    int before = -1;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      if (c == '\n' || c == '\r' || c == '\t') {
        line.append(' ');
      } else if (isUnfit(c) && !isPartOf(before, c)) {
        escape(c, line);
      } else {
        line.appendCodePoint(c);
      }
      before = c;
    }
    return line.toString();
  }

  /// Escapes `json` so that it stays the same JSON: unsafe characters can only occur in its
  /// strings.
  public static String json(String json) {
    StringBuilder fit = new StringBuilder(json.length());
    json.codePoints()
        .forEach(c -> {
          if (c == '\r') {
            fit.append(' ');
          } else if (isUnfit(c) && c != '\n' && c != '\t') {
            escape(c, fit);
          } else {
            fit.appendCodePoint(c);
          }
        });
    return fit.toString();
  }

  /// Whether `c` must be escaped.
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

  /// Default-ignorable characters that are not of a format category, and the blank of Braille.
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

  /// Whether `c` belongs to the visible form of the character before it.
  private static boolean isPartOf(int before, int c) {
    if (before < 0) {
      return false;
    }
    return switch (c) {
      case EMOJI_SELECTOR -> Character.isEmoji(before);
      case ZERO_WIDTH_JOINER ->
          before == EMOJI_SELECTOR
              || (Character.isEmoji(before) && before > 0x7f)
              || isJoined(before);
      case ZERO_WIDTH_NON_JOINER -> isJoined(before);
      default -> false;
    };
  }

  private static boolean isJoined(int c) {
    return JOINED.contains(UnicodeScript.of(c));
  }

  /// Appends the JSON escape of `c`.
  private static void escape(int c, StringBuilder out) {
    for (char half : Character.toChars(c)) {
      out.append("\\u").append(HexFormat.of().toHexDigits(half));
    }
  }
}
