package dev.tertulia.server.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Percent-encoding, as in paths: a `+` is a plus.
final class Percent {
  private Percent() {}

  /// Takes the encoding off.
  ///
  /// @return `null` if a `%` stands for nothing
  static @Nullable String decode(String text) {
    try {
      return text.indexOf('%') < 0
          ? text
          : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException standsForNothing) {
      return null;
    }
  }
}
