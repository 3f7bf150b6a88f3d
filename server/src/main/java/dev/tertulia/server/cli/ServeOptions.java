package dev.tertulia.server.cli;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The options with which a server is started.
///
/// For one thread until the server starts, and then immutable.
final class ServeOptions {
  private static final Map<String, ServeOption> BY_NAME = new HashMap<>();

  static {
    for (ServeOption option : ServeOption.values()) {
      BY_NAME.put(option.written(), option);
    }
  }

  private final Map<ServeOption, List<String>> values = new EnumMap<>(ServeOption.class);

  /// Reads arguments that are nothing but options of `serve` and their values, as `--port 8000` or
  /// `--port=8000`. It does not need picocli, whose classes the AOT cache can't contain (they are
  /// older than it allows), and which would take a third of the start.
  ///
  /// @param arguments without the name of the command
  /// @return `null` if there is anything else, valid or not: that is left to picocli
  static @Nullable ServeOptions plain(List<String> arguments) {
    ServeOptions options = new ServeOptions();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int sign = argument.indexOf('=');
      ServeOption option = BY_NAME.get(sign < 0 ? argument : argument.substring(0, sign));
      if (option == null || (options.values.containsKey(option) && !option.mayBeRepeated())) {
        return null;
      }
      boolean follows = option.label() != null && sign < 0;
      if (option.label() == null ? sign >= 0 : follows && i + 1 == arguments.size()) {
        return null;
      }
      if (follows) {
        i++;
      }
      String value = follows ? arguments.get(i) : argument.substring(sign + 1);
      if (!isPlain(value, follows) || (option.isPath() && !isPath(value))) {
        return null;
      }
      options.add(option, value);
    }
    return options;
  }

  /// Whether picocli would take it as it is.
  private static boolean isPlain(String value, boolean follows) {
    return !value.isEmpty()
        && !(follows && (value.startsWith("-") || value.startsWith("@")))
        && value.indexOf(TertuliaProgram.UNREADABLE) < 0
        && value.indexOf('"') < 0;
  }

  private static boolean isPath(String value) {
    try {
      return !Path.of(value).toString().isEmpty();
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /// @param value anything, for an option without a value
  void add(ServeOption option, String value) {
    values.computeIfAbsent(option, _ -> new ArrayList<>()).add(value);
  }

  /// Reads file, environment and options.
  Settings settings(Map<String, String> environment) {
    Settings settings = Settings.load(environment, path(ServeOption.CONFIG));
    settings.set(Setting.HOST, value(ServeOption.HOST));
    settings.set(Setting.PORT, value(ServeOption.PORT));
    settings.set(Setting.DATA, value(ServeOption.DATA));
    settings.set(Setting.DATABASE, value(ServeOption.DATABASE));
    settings.set(Setting.REDIS, value(ServeOption.REDIS));
    settings.set(Setting.NODE, value(ServeOption.NODE));
    settings.set(Setting.LANGUAGE, value(ServeOption.LANGUAGE));
    if (values.containsKey(ServeOption.OPEN_ON_NETWORK)) {
      settings.set(Setting.AUTH_OPEN_ON_NETWORK, "true");
    }
    settings.set(Setting.HOSTS, list(ServeOption.ALLOW_HOST));
    settings.set(Setting.ORIGINS, list(ServeOption.ALLOW_ORIGIN));
    return settings;
  }

  /// The folder from which the page is read at each request; `null` for the packaged page.
  @Nullable Path page() {
    return path(ServeOption.PAGE);
  }

  private @Nullable Path path(ServeOption option) {
    String value = value(option);
    return value == null ? null : Path.of(value);
  }

  private @Nullable String value(ServeOption option) {
    List<String> given = values.get(option);
    return given == null ? null : given.getFirst();
  }

  private @Nullable String list(ServeOption option) {
    List<String> given = values.get(option);
    return given == null ? null : String.join(",", given);
  }
}
