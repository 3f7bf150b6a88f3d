package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server in its own process is told by SIGHUP to read its configuration again.
@Tag("system")
final class HangUpTest {
  @TempDir private Path folder;

  @Test
  void aHangUpReloadsTheConfigurationAllOrNothing() throws IOException, InterruptedException {
    Path level = Files.writeString(folder.resolve("level"), "info\n");
    Path language = Files.writeString(folder.resolve("language"), "es\n");
    Map<String, String> settings =
        Map.of(
            "TERTULIA_LOG_LEVEL_FILE", level.toString(),
            "TERTULIA_LANGUAGE_FILE", language.toString());
    try (ServerUnderTest server =
        ServerUnderTest.start(folder.resolve("data"), settings, List.of())) {
      Files.writeString(level, "debug\n");
      Files.writeString(language, "en\n");
      server.hangUp();
      awaitLine(server, "INFO Configuration reloaded; changed: log.level");
      awaitLine(server, "WARN These settings have changed too, but need a restart: language");

      Files.writeString(level, "loud\n");
      server.hangUp();
      awaitLine(
          server,
          "ERROR Configuration not reloaded, and nothing has changed: log.level"
              + " (TERTULIA_LOG_LEVEL_FILE) is 'loud', but must be one of error");
      assertThat(server.health()).startsWith("200 ");
    }
  }

  private static void awaitLine(ServerUnderTest server, String text) {
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() -> assertThat(server.lines()).anyMatch(line -> line.contains(text)));
  }
}
