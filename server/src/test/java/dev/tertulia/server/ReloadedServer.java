package dev.tertulia.server;

import dev.tertulia.server.config.ReloadOutcome;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A server whose configuration file is written and read again while it runs.
final class ReloadedServer implements AutoCloseable {
  private final TestServer server;
  private final Path file;
  private final Reloading reloading;

  /// @param folder receives the file
  /// @param settings with which the server starts
  /// @param yaml the file that says the same
  ReloadedServer(Path folder, Map<Setting, String> settings, String yaml) throws IOException {
    server = TestServer.start(settings);
    file = Files.writeString(folder.resolve("t.yaml"), yaml);
    reloading = new Reloading(this::read, read(), server.server()::reload);
  }

  private Settings read() {
    return Settings.load(Map.of(), file);
  }

  TestServer server() {
    return server;
  }

  int port() {
    return server.port();
  }

  /// Writes the file, and has it read.
  ReloadOutcome reload(String yaml) throws IOException {
    Files.writeString(file, yaml);
    return reloading.reload();
  }

  /// Has it read when there is no file.
  ReloadOutcome reloadWithoutFile() throws IOException {
    Files.delete(file);
    return reloading.reload();
  }

  @Override
  public void close() {
    server.close();
  }
}
