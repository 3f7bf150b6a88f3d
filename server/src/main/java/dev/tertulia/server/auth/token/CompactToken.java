package dev.tertulia.server.auth.token;

import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// A token in its parts: `HEADER.PAYLOAD.SIGNATURE`, each in base64url in the one form that RFC
/// 7515 permits, so that a token can't be written in two ways.
///
/// @param header decoded
/// @param payload decoded
/// @param signed what the signature signs
record CompactToken(byte[] header, byte[] payload, byte[] signed, Base64URL signature) {
  /// Takes a token apart; `null` if it is not one.
  static @Nullable CompactToken parse(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first < 0 || second < 0) {
      return null;
    }
    byte[] header = decode(token, 0, first);
    byte[] payload = decode(token, first + 1, second);
    byte[] signature = decode(token, second + 1, token.length());
    if (header == null || payload == null || signature == null) {
      return null;
    }
    return new CompactToken(
        header,
        payload,
        token.substring(0, second).getBytes(StandardCharsets.ISO_8859_1),
        new Base64URL(token.substring(second + 1)));
  }

  private static byte @Nullable [] decode(String token, int from, int to) {
    String part = token.substring(from, to);
    if (part.isEmpty() || !isCanonical(part)) {
      return null;
    }
    return Base64.getUrlDecoder().decode(part);
  }

  /// Whether `part` has only letters of base64url, no padding, and zeros in the bits of its last
  /// letter that do not belong to a byte.
  private static boolean isCanonical(String part) {
    for (int i = 0; i < part.length(); i++) {
      if (value(part.charAt(i)) < 0) {
        return false;
      }
    }
    int last = value(part.charAt(part.length() - 1));
    return switch (part.length() % 4) {
      case 0 -> true;
      case 2 -> (last & 0b1111) == 0;
      case 3 -> (last & 0b11) == 0;
      default -> false;
    };
  }

  private static int value(char c) {
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
      return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
  }
}
