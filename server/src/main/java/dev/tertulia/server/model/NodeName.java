package dev.tertulia.server.model;

/// The name of a node of a cluster, unique in it: 1 to [#MOST_CHARS] letters, digits, `.`, `_` and
/// `-` of ASCII. Operators read it in answers and logs; clients never do.
public record NodeName(String value) {
  /// The maximum length.
  public static final int MOST_CHARS = 64;

  /// @throws IllegalArgumentException if it is too long, empty, or has another character
  public NodeName {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "the name of a node is 1 to %s letters, digits, '.', '_' and '-'".formatted(MOST_CHARS));
    }
  }

  private static boolean isValid(String value) {
    if (value.isEmpty() || value.length() > MOST_CHARS) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean ok =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
      if (!ok) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return value;
  }
}
