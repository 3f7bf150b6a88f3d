package dev.tertulia.server.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The syntax of numbers, durations and sizes.
public final class Units {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Pattern BYTES = Pattern.compile("(\\d{1,9})(B|KiB|MiB|GiB)?");
  private static final Pattern SHARE = Pattern.compile("([1-9]\\d?)%");
  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");

  private Units() {}

  /// Parses a duration such as `500ms` or `90d`.
  ///
  /// @return `null` if `text` is not valid
  public static @Nullable Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /// Parses a size in bytes, such as `64KiB`.
  ///
  /// @return `null` if `text` is not valid
  static @Nullable Long bytes(String text) {
    Matcher matcher = BYTES.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String unit = matcher.group(2) == null ? "B" : matcher.group(2);
    long factor =
        switch (unit) {
          case "KiB" -> 1L << 10;
          case "MiB" -> 1L << 20;
          case "GiB" -> 1L << 30;
          default -> 1;
        };
    return Long.parseLong(matcher.group(1)) * factor;
  }

  /// Parses a share such as `25%`.
  ///
  /// @return in percent; 0 if `text` is not valid
  static int share(String text) {
    Matcher matcher = SHARE.matcher(text);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  /// Parses a whole number of at most 18 digits.
  ///
  /// @return `null` if `text` is not valid
  static @Nullable Long number(String text) {
    return NUMBER.matcher(text).matches() ? Long.valueOf(text) : null;
  }
}
