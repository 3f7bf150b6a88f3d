package dev.tertulia.server.logging;

import java.util.Map;

/// Writes `name=value` pairs (logfmt). A value that is not plain stands in quotation marks, in
/// which everything that could end it, begin another line or change the direction of the text is
/// escaped.
public final class Logfmt {
  private static final String PLAIN = "_.:@/+~|-*,";

  private Logfmt() {}

  /// Writes pairs in their order.
  ///
  /// @param fields names are lower-case letters and `_`
  public static String of(Map<String, ?> fields) {
    StringBuilder out = new StringBuilder(160);
    write(fields, out);
    return out.toString();
  }

  static void write(Map<String, ?> fields, StringBuilder out) {
    boolean first = true;
    for (Map.Entry<String, ?> field : fields.entrySet()) {
      if (!first) {
        out.append(' ');
      }
      first = false;
      out.append(field.getKey()).append('=');
      String value = field.getValue().toString();
      if (isPlain(value)) {
        out.append(value);
      } else {
        quote(value, out);
      }
    }
  }

  private static boolean isPlain(String value) {
    if (value.isEmpty()) {
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

  private static void quote(String value, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < value.length(); ) {
      int point = value.codePointAt(i);
      i += Character.charCount(point);
      switch (point) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (isVisible(point)) {
            out.appendCodePoint(point);
          } else {
            out.append("\\u{").append(Integer.toHexString(point)).append('}');
          }
        }
      }
    }
    out.append('"');
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
}
