package dev.tertulia.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A setting as it is shown to people: secrets are hidden.
///
/// @param value in YAML, in one line
/// @param source where it was written, such as a line of a file or a variable; `default` for none
public record Shown(Setting setting, String value, String source) {
  private static final String HIDDEN = "(secret)";

  /// How the names of those fields of records begin whose values are secret.
  private static final String SECRET_FIELD = "secret";

  /// Texts that are the same in YAML with and without quotes.
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9_./+@(][A-Za-z0-9_./+@()%~-]*(:[A-Za-z0-9_./+@()%~-]+)*");

  /// All settings with their values, in the order of their table.
  public static List<Shown> all(Settings settings) {
    List<Shown> all = new ArrayList<>();
    for (Setting setting : Setting.values()) {
      Node written = settings.written(setting);
      all.add(
          new Shown(
              setting,
              value(setting, written),
              written == null ? "default" : written.place().toString()));
    }
    return all;
  }

  private static String value(Setting setting, @Nullable Node written) {
    if (written == null) {
      return setting.byDefault().isEmpty() ? "" : text(setting.byDefault());
    }
    return switch (setting.form()) {
      case SECRET, SECRETS -> HIDDEN;
      case URL -> written instanceof Node.Scalar url ? text(withoutPassword(url.text())) : HIDDEN;
      case TEXT, LIST, RECORDS -> yaml(written, true);
      case MAPPING -> yaml(written, false);
    };
  }

  private static String withoutPassword(String url) {
    int begin = url.indexOf("//") + 2;
    int end = url.indexOf('@', begin);
    int colon = url.indexOf(':', begin);
    return begin >= 2 && colon >= 0 && colon < end
        ? url.substring(0, colon + 1) + HIDDEN + url.substring(end)
        : url;
  }

  /// @param hides whether fields may be secret, by their names
  private static String yaml(Node node, boolean hides) {
    return switch (node) {
      case Node.Scalar scalar -> text(scalar.text());
      case Node.Sequence list ->
          list.items().stream()
              .map(item -> yaml(item, hides))
              .collect(Collectors.joining(", ", "[", "]"));
      case Node.Mapping mapping ->
          mapping.entries().entrySet().stream()
              .map(field -> field(field, hides))
              .collect(Collectors.joining(", ", "{", "}"));
    };
  }

  private static String field(Map.Entry<String, Node.Entry> field, boolean hides) {
    return text(field.getKey())
        + ": "
        + (hides && field.getKey().startsWith(SECRET_FIELD)
            ? HIDDEN
            : yaml(field.getValue().value(), hides));
  }

  private static String text(String text) {
    if (PLAIN.matcher(text).matches()) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    text.chars()
        .forEach(c -> {
          if (c == '"' || c == '\\') {
            quoted.append('\\').append((char) c);
          } else if (c < ' ') {
            quoted
                .append("\\x")
                .append(Character.forDigit(c >> 4, 16))
                .append(Character.forDigit(c & 15, 16));
          } else {
            quoted.append((char) c);
          }
        });
    return quoted.append('"').toString();
  }
}
