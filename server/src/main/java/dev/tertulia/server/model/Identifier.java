package dev.tertulia.server.model;

/// The rule for names of clients and rooms: 1 to 128 ASCII letters, digits and `_ - . : @ = + | ~`,
/// and neither `.` nor `..`. A name that breaks the rule is refused, never shortened or repaired.
public final class Identifier {
  /// The maximum length of an identifier, in characters.
  public static final int MAX_LENGTH = 128;

  private static final boolean[] ALLOWED = new boolean[128];

  static {
    for (char c = 'a'; c <= 'z'; c++) {
      ALLOWED[c] = true;
      ALLOWED[Character.toUpperCase(c)] = true;
    }
    for (char c = '0'; c <= '9'; c++) {
      ALLOWED[c] = true;
    }
    for (char c : "_-.:@=+|~".toCharArray()) {
      ALLOWED[c] = true;
    }
  }

  private Identifier() {}

  /// Whether `text` is a valid identifier.
  public static boolean isValid(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH || text.equals(".") || text.equals("..")) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (!isCharacter(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /// Whether identifiers may contain `c`.
  public static boolean isCharacter(char c) {
    return c < ALLOWED.length && ALLOWED[c];
  }

  /// Returns `text`.
  ///
  /// @throws IllegalArgumentException if it is not a valid identifier
  static String require(String text) {
    if (!isValid(text)) {
      throw new IllegalArgumentException("not an identifier");
    }
    return text;
  }
}
