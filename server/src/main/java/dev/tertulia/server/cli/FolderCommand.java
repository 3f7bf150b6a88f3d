package dev.tertulia.server.cli;

import com.google.errorprone.annotations.FormatMethod;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.logging.Printable;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.DataFolderOperations;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The base of all commands that name a data folder. Messages go to standard error, so that
/// standard output holds only the result.
abstract class FolderCommand implements Callable<Integer> {
  static final int DONE = 0;

  private final Map<String, String> environment;
  private final Streams streams;
  private final DataFolderOperations operations;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Folder of the database (./data, or TERTULIA_DATA).")
  private @Nullable String data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Configuration file that names the folder (/etc/tertulia/tertulia.yaml, if it exists).")
  private @Nullable Path file;

  @SuppressWarnings("UnusedVariable") // picocli sees to it.
  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  private boolean help;

  FolderCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    this.environment = environment;
    this.streams = streams;
    this.operations = operations;
  }

  final Path folder() {
    return folder(environment, data, file);
  }

  /// The data folder. If it is named, the configuration file is not read, because this user may not
  /// be allowed to.
  ///
  /// @param named `null` for the configured one
  /// @param file the configuration file; `null` for that of the machine, if there is one
  static Path folder(Map<String, String> environment, @Nullable String named, @Nullable Path file) {
    return Config.folder(settings(environment, named, file));
  }

  private static Settings settings(
      Map<String, String> environment, @Nullable String named, @Nullable Path file) {
    Settings settings =
        named == null ? Settings.load(environment, file) : Settings.fromEnvironment(environment);
    settings.set(Setting.DATA, named);
    return settings;
  }

  /// The operations on the data folder, or on the PostgreSQL database that the settings name.
  ///
  /// @param database instead of the one of the settings; `null` for that
  final DataFolderOperations operations(@Nullable String database) {
    PostgresAddress address = address(database);
    return address == null ? operations : operations.over(address);
  }

  /// The PostgreSQL database that they are on; `null` if they are on the data folder.
  final @Nullable PostgresAddress address(@Nullable String database) {
    Settings settings = settings(environment, data, file);
    settings.set(Setting.DATABASE, database);
    return Config.database(settings);
  }

  final Streams streams() {
    return streams;
  }

  /// Makes room on standard error, before a line is printed there.
  void clearLine() {}

  /// Prints a line to standard error.
  @FormatMethod
  final void say(String text, Object... parts) {
    PrintStream err = streams.err();
    clearLine();
    err.println(Printable.line(String.format(Locale.ROOT, text, parts)));
  }
}
