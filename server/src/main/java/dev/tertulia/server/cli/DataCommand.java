package dev.tertulia.server.cli;

import com.google.errorprone.annotations.FormatMethod;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.Progress;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The base of all commands that work on a data folder. Messages go to standard error, so that
/// standard output holds only the result.
abstract class DataCommand implements Callable<Integer> {
  static final int DONE = 0;
  static final int UNSOUND = 1;

  private final Map<String, String> environment;
  private final Streams streams;
  private final DataFolderOperations operations;
  private @Nullable ProgressLine line;

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

  @Option(
      names = "--progress",
      description = "Show progress even if standard error is not a terminal.")
  private boolean progress;

  @SuppressWarnings("UnusedVariable") // picocli sees to it.
  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  private boolean help;

  DataCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    this.environment = environment;
    this.streams = streams;
    this.operations = operations;
  }

  /// Performs the command and reports the outcome.
  ///
  /// @return the exit code
  abstract int work(Path folder, Progress progress) throws IOException;

  @Override
  public final Integer call() throws IOException {
    LogConfigurator.onStandardError();
    Path folder = folder();
    if (!progress && !streams.terminal()) {
      return work(folder, noting(Progress.NONE));
    }
    try (ProgressLine shown = new ProgressLine(streams.err(), streams.terminal())) {
      line = shown;
      return work(folder, noting(shown));
    }
  }

  /// The folder. If it is named here, the configuration file is not read, because this user may not
  /// be allowed to.
  private Path folder() {
    Settings settings =
        data == null ? Settings.load(environment, file) : Settings.fromEnvironment(environment);
    settings.set(Setting.DATA, data);
    return Config.folder(settings);
  }

  private Progress noting(Progress shown) {
    return new Progress() {
      @Override
      public void at(String what, long done, long total) {
        shown.at(what, done, total);
      }

      @Override
      public void note(String text) {
        say("%s", text);
      }
    };
  }

  final DataFolderOperations operations() {
    return operations;
  }

  final Streams streams() {
    return streams;
  }

  /// Prints a line to standard error.
  @FormatMethod
  final void say(String text, Object... parts) {
    PrintStream err = streams.err();
    if (line != null) {
      line.clear();
    }
    err.println(Printable.line(String.format(Locale.ROOT, text, parts)));
  }

  /// The path of the file `name`; `null` for `-` and for no name.
  static @Nullable Path file(@Nullable String name) {
    if (name == null || name.equals("-")) {
      return null;
    }
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new ConfigException("'" + name + "' is not a valid file name");
    }
  }
}
