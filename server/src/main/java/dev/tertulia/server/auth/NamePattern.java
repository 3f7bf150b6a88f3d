package dev.tertulia.server.auth;

import dev.tertulia.server.model.Identifier;
import org.jspecify.annotations.Nullable;

/// A pattern for names of rooms or clients: `*` stands for any characters, also for none, and every
/// other character for itself.
///
/// @param text the characters of an [Identifier] and `*`; 1 to [#MAX_LENGTH] of them
public record NamePattern(String text) {
  /// The maximum length of a pattern, in characters.
  public static final int MAX_LENGTH = 2 * Identifier.MAX_LENGTH;

  private static final char ANY = '*';

  /// @throws IllegalArgumentException if `text` is not a pattern
  public NamePattern {
    if (!isValid(text)) {
      throw new IllegalArgumentException("not a pattern of names");
    }
  }

  /// Reads a pattern; `null` if `text` is not one.
  public static @Nullable NamePattern parse(String text) {
    return isValid(text) ? new NamePattern(text) : null;
  }

  private static boolean isValid(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != ANY && !Identifier.isCharacter(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /// Whether the whole of `name` fits. Takes at most as many steps as the lengths multiplied, and
  /// no stack.
  public boolean matches(String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int resume = 0;
    while (in < name.length()) {
      if (at < text.length() && text.charAt(at) == ANY) {
        star = at++;
        resume = in;
      } else if (at < text.length() && text.charAt(at) == name.charAt(in)) {
        at++;
        in++;
      } else if (star >= 0) {
        // The last star takes one character more.
        at = star + 1;
        in = ++resume;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == ANY) {
      at++;
    }
    return at == text.length();
  }

  /// Whether it has no star, and so fits one name only.
  public boolean isName() {
    return text.indexOf(ANY) < 0;
  }

  @Override
  public String toString() {
    return text;
  }
}
