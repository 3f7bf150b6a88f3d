package dev.tertulia.server.model;

import org.jspecify.annotations.Nullable;

/// The path below which a proxy serves everything, such as `/chat`. Immutable.
///
/// Some proxies remove it before they pass a request on, and others do not: a path is understood
/// with the prefix and without it.
///
/// @param text without a `/` at its end; empty for none
public record PathPrefix(String text) {
  /// No prefix.
  public static final PathPrefix NONE = new PathPrefix("");

  /// The maximum length, in characters.
  static final int MAX_LENGTH = 256;

  /// Parses a prefix: segments of characters that are never percent-encoded, none of them of dots
  /// only, each after a `/`. Returns `null` if `text` is not one.
  public static @Nullable PathPrefix parse(String text) {
    if (!text.startsWith("/") || text.length() > MAX_LENGTH) {
      return null;
    }
    for (String segment : text.substring(1).split("/", -1)) {
      if (segment.chars().allMatch(letter -> letter == '.')
          || !segment.chars().allMatch(PathPrefix::isPlain)) {
        return null;
      }
    }
    return new PathPrefix(text);
  }

  private static boolean isPlain(int letter) {
    return (letter >= 'a' && letter <= 'z')
        || (letter >= 'A' && letter <= 'Z')
        || (letter >= '0' && letter <= '9')
        || "-._~".indexOf(letter) >= 0;
  }

  /// Whether `path` is the prefix alone, without the `/` that relative addresses of the page need.
  public boolean isBare(String path) {
    return !text.isEmpty() && path.equals(text);
  }

  /// The path without the prefix; `path` itself if it does not begin with it.
  public String strip(String path) {
    if (text.isEmpty() || !path.startsWith(text)) {
      return path;
    }
    if (path.length() == text.length()) {
      return "/";
    }
    return path.charAt(text.length()) == '/' ? path.substring(text.length()) : path;
  }

  /// The path of the page, with a `/` at its end.
  public String page() {
    return text + "/";
  }
}
