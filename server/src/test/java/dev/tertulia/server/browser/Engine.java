package dev.tertulia.server.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A browser of one of the three families of engines, without a screen, with what the short suite
/// needs of it. What only Chromium has to do is in [Browser].
///
/// One thread drives it.
interface Engine extends AutoCloseable {
  /// The names of the engines that can be started.
  enum Name {
    CHROMIUM,
    FIREFOX,
    WEBKIT;

    /// Starts one.
    ///
    /// @param folder an empty folder for what it writes
    Engine start(Path folder) {
      return switch (this) {
        case CHROMIUM -> new ChromiumEngine();
        case FIREFOX -> FirefoxEngine.start(folder);
        case WEBKIT -> WebKitEngine.start(folder);
      };
    }
  }

  /// Opens an address in a new tab, and waits until it has loaded.
  Page open(URI address);

  @Override
  void close();

  /// One tab of an engine.
  interface Page {
    /// Runs the body of a function in the page, which returns a text.
    String run(String script);

    void reload();

    /// What it looks like, as PNG.
    byte[] picture();
  }

  /// Starts a program whose output is in `log`.
  static Process run(ProcessBuilder command, Path log) {
    String program = command.command().getFirst();
    try {
      return command.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    } catch (IOException e) {
      throw new UncheckedIOException(
          program + ": apt-get install firefox-esr webkit2gtk-driver xvfb xauth", e);
    }
  }

  /// Ends a program with all that it has started, and waits until nothing of it runs.
  static void end(Process program) {
    List<ProcessHandle> all =
        Stream.concat(program.descendants(), Stream.of(program.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(process -> process.onExit().join());
  }
}
