package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.http.page.PageSource;
import dev.tertulia.server.http.page.StaticFiles;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A start that fails at any step leaves nothing behind.
final class FailedStartTest {
  @TempDir private Path folder;

  private static Server start(Path data, int port) throws IOException {
    Settings settings = new Settings();
    settings.set(Setting.PORT, String.valueOf(port));
    settings.set(Setting.DATA, data.toString());
    return new Server(Config.from(settings), new StaticFiles(PageSource.packed(), true));
  }

  private static List<String> engines() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name ->
            name.startsWith("loop-")
                || name.startsWith("acceptor-")
                || name.startsWith("journal")
                || name.startsWith("reader-")
                || name.equals("watchdog"))
        .toList();
  }

  private static void nothingIsLeft() {
    await().atMost(TestServer.PATIENCE).until(() -> engines().isEmpty());
  }

  @Test
  void aPortInUse() throws IOException {
    nothingIsLeft();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> start(folder, taken.getLocalPort())).isInstanceOf(IOException.class);
    }
    nothingIsLeft();
    try (Server server = start(folder, 0)) {
      assertThat(server.port()).as("the folder is free again").isPositive();
      assertThat(engines()).contains("watchdog");
    }
    nothingIsLeft();
  }

  @Test
  void aFolderThatIsAFile() throws IOException {
    nothingIsLeft();
    Path file = Files.createFile(folder.resolve("data"));
    assertThatThrownBy(() -> start(file, 0)).isInstanceOf(DataFolderException.class);
    nothingIsLeft();
  }
}
