package dev.tertulia.server.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The values of the settings as text, and their conversion to typed values.
public final class Settings {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Pattern BYTES = Pattern.compile("(\\d{1,9})(B|KiB|MiB|GiB)?");

  private static final Pattern SHARE = Pattern.compile("([1-9]\\d?)%");

  private final Map<Setting, String> values = new EnumMap<>(Setting.class);

  /// Reads the settings from environment variables, ignoring those that Kubernetes sets for a
  /// service whose name begins with `tertulia`.
  ///
  /// @throws ConfigException if a `TERTULIA_` variable is not a known setting
  public static Settings fromEnvironment(Map<String, String> environment) {
    Settings settings = new Settings();
    environment.forEach((name, value) -> {
      if (Setting.isEnvironmentName(name) && !ServiceLink.is(name, value)) {
        settings.set(byEnvironmentName(name), value);
      }
    });
    return settings;
  }

  /// Sets `setting`, replacing any earlier value; `null` changes nothing.
  public void set(Setting setting, @Nullable String value) {
    if (value != null) {
      values.put(setting, value);
    }
  }

  String text(Setting setting) {
    return values.getOrDefault(setting, setting.byDefault());
  }

  Path path(Setting setting) {
    try {
      return Path.of(text(setting));
    } catch (InvalidPathException e) {
      throw new ConfigException(
          "%s (%s) is '%s', which is not a valid file name in this locale: use a UTF-8 locale, such as LC_ALL=C.UTF-8"
              .formatted(setting.key(), setting.environmentName(), text(setting)));
    }
  }

  int integer(Setting setting, int min, int max) {
    String text = text(setting);
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw wrong(setting, "a whole number from " + min + " to " + max);
  }

  boolean truth(Setting setting) {
    return switch (text(setting)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(setting, "true or false");
    };
  }

  Duration duration(Setting setting) {
    Duration value = durationOrZero(setting);
    if (value.isZero()) {
      throw wrong(setting, "a duration above zero such as 500ms, 10s, 5m or 1h");
    }
    return value;
  }

  Duration durationOrZero(Setting setting) {
    Duration value = parseDuration(text(setting));
    if (value == null) {
      throw wrong(setting, "a duration such as 500ms, 10s, 5m, 1h or 7d");
    }
    return value;
  }

  int bytes(Setting setting, int min, int max) {
    Long value = parseBytes(text(setting));
    if (value != null && value >= min && value <= max) {
      return value.intValue();
    }
    throw wrong(setting, "a size from " + min + " to " + max + " bytes, such as 64KiB or 1MiB");
  }

  /// Parses a size, or a share of `whole` such as `25%`.
  long bytesOrShare(Setting setting, int min, long whole) {
    Matcher matcher = SHARE.matcher(text(setting));
    if (matcher.matches()) {
      return Math.max(min, whole / 100 * Long.parseLong(matcher.group(1)));
    }
    if (!BYTES.matcher(text(setting)).matches()) {
      throw wrong(setting, "a share from 1% to 99%, or a size such as 256MiB");
    }
    return bytes(setting, min, Integer.MAX_VALUE);
  }

  <E extends Enum<E>> E oneOf(Setting setting, Class<E> type) {
    String text = text(setting);
    for (E candidate : type.getEnumConstants()) {
      if (candidate.name().toLowerCase(Locale.ROOT).equals(text)) {
        return candidate;
      }
    }
    String all = Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT);
    throw wrong(setting, "one of " + all.substring(1, all.length() - 1));
  }

  /// Parses a duration.
  ///
  /// @return `null` if `text` is not valid
  static @Nullable Duration parseDuration(String text) {
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

  /// Parses a size in bytes.
  ///
  /// @return `null` if `text` is not valid
  static @Nullable Long parseBytes(String text) {
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

  /// Parses a whole number of at most 18 digits.
  ///
  /// @return `null` if `text` is not valid
  static @Nullable Long parseNumber(String text) {
    return text.matches("\\d{1,18}") ? Long.valueOf(text) : null;
  }

  private ConfigException wrong(Setting setting, String expected) {
    return new ConfigException(
        "%s (%s) is '%s', but must be %s"
            .formatted(setting.key(), setting.environmentName(), text(setting), expected));
  }

  private static Setting byEnvironmentName(String name) {
    return Arrays.stream(Setting.values())
        .filter(setting -> setting.environmentName().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new ConfigException(
                "unknown setting %s; './tertulia serve --help' lists all settings"
                    .formatted(name)));
  }
}
