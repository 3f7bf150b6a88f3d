package dev.tertulia.server.auth.key;

import dev.tertulia.server.model.Digests;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The text of a generated API key: `tk_ID_SECRET`, all letters and digits. The id is public. The
/// secret has 43 random characters (256 bits) and ends with a checksum of six more, so that a
/// mistyped key is recognised without asking a server, and a leaked one by scanners:
/// `tk_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}`.
public final class KeyText {
  /// How every generated key begins.
  public static final String PREFIX = "tk_";

  /// The maximum length of a key in characters, also of configured ones.
  public static final int MAX_LENGTH = 512;

  /// The minimum size of a configured key, in bytes.
  public static final int MIN_BYTES = 32;

  private static final int ID_LENGTH = 10;
  private static final int SECRET_LENGTH = 43;
  private static final int CHECKSUM_LENGTH = 6;
  private static final int SECRET_FROM = PREFIX.length() + ID_LENGTH + 1;
  private static final int CHECKSUM_FROM = SECRET_FROM + SECRET_LENGTH;
  private static final int LENGTH = CHECKSUM_FROM + CHECKSUM_LENGTH;
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private KeyText() {}

  /// Makes a key that nobody can guess.
  static String random(SecureRandom random) {
    StringBuilder text = new StringBuilder(LENGTH).append(PREFIX);
    addRandom(text, ID_LENGTH, random);
    text.append('_');
    addRandom(text, SECRET_LENGTH, random);
    return text.append(checksum(text.toString())).toString();
  }

  private static void addRandom(StringBuilder text, int count, SecureRandom random) {
    for (int i = 0; i < count; i++) {
      text.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
  }

  /// What follows the rest of a key.
  static String checksum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.US_ASCII));
    long rest = crc.getValue();
    char[] digits = new char[CHECKSUM_LENGTH];
    for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
      digits[i] = DIGITS.charAt((int) (rest % DIGITS.length()));
      rest /= DIGITS.length();
    }
    return new String(digits);
  }

  /// The id in a generated key; `null` if `text` is not one, or is mistyped.
  public static @Nullable String idOf(String text) {
    if (text.length() != LENGTH
        || !text.startsWith(PREFIX)
        || text.charAt(SECRET_FROM - 1) != '_'
        || !text.endsWith(checksum(text.substring(0, CHECKSUM_FROM)))) {
      return null;
    }
    for (int i = PREFIX.length(); i < LENGTH; i++) {
      if (i != SECRET_FROM - 1 && DIGITS.indexOf(text.charAt(i)) < 0) {
        return null;
      }
    }
    return text.substring(PREFIX.length(), SECRET_FROM - 1);
  }

  /// Whether `text` looks like a generated key, but is not one: something in it is mistyped or
  /// missing.
  public static boolean isMistyped(String text) {
    return text.startsWith(PREFIX) && idOf(text) == null;
  }

  /// The SHA-256 of a key, which is all that is kept of it.
  static byte[] hash(String text) {
    return Digests.sha256(text.getBytes(StandardCharsets.UTF_8));
  }
}
