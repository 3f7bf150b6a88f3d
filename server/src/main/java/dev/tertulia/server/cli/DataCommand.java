package dev.tertulia.server.cli;

import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.logging.LogConfigurator;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.Progress;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The base of all commands that work on a data folder for a while.
abstract class DataCommand extends FolderCommand {
  static final int UNSOUND = 1;

  private @Nullable ProgressLine line;

  @Option(
      names = "--progress",
      description = "Show progress even if standard error is not a terminal.")
  private boolean progress;

  @Mixin
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private DatabaseOption database;

  DataCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  final DataFolderOperations operations() {
    return operations(database.named());
  }

  /// What the command works on, for people.
  final Object place(Path folder) {
    PostgresAddress address = address(database.named());
    return address == null ? folder : address;
  }

  /// Performs the command and reports the outcome.
  ///
  /// @return the exit code
  abstract int work(Path folder, Progress progress) throws IOException;

  @Override
  public final Integer call() throws IOException {
    LogConfigurator.onStandardError();
    Path folder = folder();
    if (!progress && !streams().terminal()) {
      return work(folder, noting(Progress.NONE));
    }
    try (ProgressLine shown = new ProgressLine(streams().err(), streams().terminal())) {
      line = shown;
      return work(folder, noting(shown));
    }
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

  @Override
  final void clearLine() {
    if (line != null) {
      line.clear();
    }
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
