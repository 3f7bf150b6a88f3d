package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server in its own process is told, by SIGHUP or by the command, to read its configuration
/// again.
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
      server.awaitLine("INFO Configuration reloaded; changed: log.level");
      server.awaitLine("audit=operation by=signal request=SIGHUP");
      server.awaitLine("WARN These settings have changed too, but need a restart: language");

      Files.writeString(level, "loud\n");
      server.hangUp();
      server.awaitLine(
          "ERROR Configuration not reloaded, and nothing has changed: log.level"
              + " (TERTULIA_LOG_LEVEL_FILE) is 'loud', but must be one of error");
      assertThat(server.lines())
          .as("what was refused is no operation")
          .filteredOn(line -> line.contains("audit=operation"))
          .hasSize(1);
      assertThat(server.health()).startsWith("200 ");
    }
  }

  @Test
  void theCommandReloadsAllOrNothingAndSaysWhat() throws IOException {
    Path level = Files.writeString(folder.resolve("level"), "info\n");
    Path language = Files.writeString(folder.resolve("language"), "es\n");
    String data = folder.resolve("data").toString();
    Map<String, String> settings =
        Map.of(
            "TERTULIA_LOG_LEVEL_FILE", level.toString(),
            "TERTULIA_LANGUAGE_FILE", language.toString());
    try (ServerUnderTest server = ServerUnderTest.start(Path.of(data), settings, List.of())) {
      Files.writeString(level, "debug\n");
      Files.writeString(language, "en\n");
      ServerUnderTest.Ended done = ServerUnderTest.run("reload", "--data", data);
      assertThat(done.output()).isEqualTo("changed: log.level\nneeds a restart: language\n");
      assertThat(done.exit()).isZero();
      server.awaitLine("INFO Configuration reloaded; changed: log.level");

      Files.writeString(level, "loud\n");
      Files.writeString(language, "la\n");
      ServerUnderTest.Ended refused = ServerUnderTest.run("reload", "--data", data);
      assertThat(refused.exit()).isEqualTo(1);
      assertThat(refused.output())
          .contains("  log.level (TERTULIA_LOG_LEVEL_FILE) is 'loud', but must be")
          .contains("  language (TERTULIA_LANGUAGE_FILE) is 'la', but must be");
      assertThat(server.health()).startsWith("200 ");

      Files.writeString(level, "info\n");
      Files.writeString(language, "es\n");
      assertThat(ServerUnderTest.run("reload", "--data", data).output())
          .isEqualTo("changed: log.level\n");
    }
    ServerUnderTest.Ended alone =
        ServerUnderTest.run("reload", "--data", data, "--url", "http://127.0.0.1:1");
    assertThat(alone.exit()).isEqualTo(3);
  }
}
