package dev.tertulia.server.audit;

/// A line of `name=value` pairs (logfmt). A value that is not plain stands in quotation marks, in
/// which everything that could end it, begin another line or change the direction of the text is
/// escaped. For one thread.
public final class LogfmtLine {
  /// The maximum length of a value, in characters; what is longer ends with `…`.
  static final int MAX_VALUE = 256;

  private static final String PLAIN = "_.:@/+~|-*,";

  private final StringBuilder text = new StringBuilder(160);

  LogfmtLine() {}

  /// Adds a pair.
  ///
  /// @param name lower-case letters and `_`
  public LogfmtLine add(String name, String value) {
    if (!text.isEmpty()) {
      text.append(' ');
    }
    text.append(name).append('=');
    if (isPlain(value)) {
      text.append(value);
    } else {
      quote(value);
    }
    return this;
  }

  /// Adds a pair.
  public LogfmtLine add(String name, long value) {
    return add(name, Long.toString(value));
  }

  private static boolean isPlain(String value) {
    if (value.isEmpty() || value.length() > MAX_VALUE) {
      return false;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || PLAIN.indexOf(c) >= 0;
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  private void quote(String value) {
    text.append('"');
    int end = Math.min(value.length(), MAX_VALUE);
    for (int i = 0; i < end; ) {
      int point = value.codePointAt(i);
      i += Character.charCount(point);
      switch (point) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (isVisible(point)) {
            text.appendCodePoint(point);
          } else {
            text.append("\\u{").append(Integer.toHexString(point)).append('}');
          }
        }
      }
    }
    if (end < value.length()) {
      text.append('…');
    }
    text.append('"');
  }

  /// Controls, marks of direction, separators of lines and halves of characters are not.
  private static boolean isVisible(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
