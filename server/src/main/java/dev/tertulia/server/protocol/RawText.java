package dev.tertulia.server.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The text of a request line or a header field as received: each character is one byte.
///
/// Text that is not UTF-8 is refused, never repaired, so that what is stored is what was sent.
public final class RawText {
  private static final int MAX_BYTE = 0xff;

  private RawText() {}

  /// Decodes the bytes as UTF-8.
  ///
  /// @return `null` if they are not UTF-8
  public static @Nullable String utf8(String text) {
    return isAscii(text) ? text : strict(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// Decodes percent-encoded UTF-8, as in paths: a `+` is a plus sign.
  ///
  /// @return `null` if a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8
  public static @Nullable String decode(String text) {
    if (text.indexOf('%') < 0) {
      return utf8(text);
    }
    byte[] bytes = new byte[text.length()];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char next = text.charAt(i);
      if (next == '%') {
        int value = escaped(text, i);
        if (value < 0) {
          return null;
        }
        bytes[length++] = (byte) value;
        i += 2;
      } else if (next > MAX_BYTE) {
        return null;
      } else {
        bytes[length++] = (byte) next;
      }
    }
    return strict(ByteBuffer.wrap(bytes, 0, length));
  }

  /// Whether a `%` is not followed by two hexadecimal digits.
  public static boolean hasBadPercent(String text) {
    for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
      if (escaped(text, i) < 0) {
        return true;
      }
    }
    return false;
  }

  /// The byte encoded by the `%` at `i`; negative if it is not followed by two hexadecimal digits.
  private static int escaped(String text, int i) {
    if (i + 2 >= text.length()) {
      return -1;
    }
    int high = digit(text.charAt(i + 1));
    int low = digit(text.charAt(i + 2));
    return high < 0 || low < 0 ? -1 : (high << 4) | low;
  }

  /// The value of a hexadecimal digit; -1 for any other character.
  private static int digit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String strict(byte[] bytes) {
    return strict(ByteBuffer.wrap(bytes));
  }

  private static @Nullable String strict(ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }
}
