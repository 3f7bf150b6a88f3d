package dev.tertulia.dev;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The server's process, which runs from a copy of the classes: that stays whole while the next
/// ones are compiled. Called by the loop, and at the end by the shutdown hook.
final class DevServer {
  private static final String MAIN = "dev.tertulia.server.Main";

  private final Path classes;
  private final Path copy;
  private final List<String> command;

  /// Guarded by `this`.
  private Optional<Process> process = Optional.empty();

  /// Guarded by `this`.
  private boolean closed;

  /// @param copy where the copy of the classes goes
  /// @param jvm the command that starts a JVM, with its flags
  /// @param arguments those of the server
  DevServer(Path classes, Path copy, Path libraries, List<String> jvm, List<String> arguments) {
    this.classes = classes;
    this.copy = copy;
    command = new ArrayList<>(jvm);
    command.addAll(List.of("-cp", copy + File.pathSeparator + libraries + "/*", MAIN));
    command.addAll(arguments);
  }

  /// Starts it with the classes as they are; if it runs, it ends first.
  synchronized void restart() throws IOException, InterruptedException {
    stop();
    if (!closed) {
      Folders.delete(copy);
      Folders.copy(classes, copy);
      ProcessBuilder server = new ProcessBuilder(command).inheritIO();
      // A restart is not to wait for anybody.
      server.environment().putIfAbsent("TERTULIA_DRAIN_GRACE", "0ms");
      server.environment().putIfAbsent("TERTULIA_DRAIN_PERIOD", "0ms");
      process = Optional.of(server.start());
    }
  }

  /// The exit code, if it has ended by itself; once.
  synchronized OptionalInt ended() {
    if (process.isEmpty() || process.get().isAlive()) {
      return OptionalInt.empty();
    }
    int code = process.get().exitValue();
    process = Optional.empty();
    return OptionalInt.of(code);
  }

  /// Ends it, for good.
  synchronized void close() throws IOException, InterruptedException {
    closed = true;
    stop();
    Folders.delete(copy);
  }

  private void stop() throws InterruptedException {
    if (process.isPresent()) {
      process.get().destroy();
      process.get().waitFor();
      process = Optional.empty();
    }
  }
}
