package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a server in its own process writes to standard output, and what becomes of it if that is
/// not read.
@Tag("system")
final class LogOutputTest {
  @TempDir private Path folder;

  @Test
  void formAndLevelsAreReloaded() throws IOException, InterruptedException {
    Path form = Files.writeString(folder.resolve("form"), "json\n");
    Path levels = Files.writeString(folder.resolve("levels"), "");
    Map<String, String> settings =
        Map.of(
            "TERTULIA_LOG_FORMAT_FILE", form.toString(),
            "TERTULIA_LOG_LEVELS_FILE", levels.toString());
    try (ServerUnderTest server =
        ServerUnderTest.start(folder.resolve("data"), settings, List.of())) {
      Json first = Json.parse(server.lines().getFirst());
      assertThat(first.text("level")).isEqualTo("info");
      assertThat(first.text("part")).isEqualTo("server");
      assertThat(first.text("message")).startsWith("Tertulia ");
      assertThat(first.text("time")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[.\\d]*Z");

      Files.writeString(levels, "connection=debug\n");
      server.hangUp();
      server.awaitLine("Configuration reloaded; changed: log.levels");
      try (RawSocket ana = RawSocket.open(server.port())) {
        ana.send(RawSocket.handshake("ana", server.port()));
        server.awaitLine("Connected");
      }
      server.awaitLine("Disconnected");
      Json connected = Json.parse(line(server, "Connected"));
      assertThat(connected.text("part")).isEqualTo("connection");
      assertThat(connected.text("client")).isEqualTo("ana");
      assertThat(connected.text("protocol")).isEqualTo("base");
      assertThat(connected.text("address")).isEqualTo("127.0.0.1");
      assertThat(server.lines()).allSatisfy(line -> Json.parse(line).text("level"));

      Files.writeString(form, "text\n");
      Files.writeString(levels, "");
      server.hangUp();
      server.awaitLine("INFO Configuration reloaded; changed: log.levels, log.format");
      int before = server.lines().size();
      try (RawSocket ben = RawSocket.open(server.port())) {
        ben.send(RawSocket.handshake("ben", server.port()));
        assertThat(ben.head()).contains("101");
      }
      server.terminate();
      assertThat(server.lines().subList(before, server.lines().size()))
          .noneMatch(line -> line.contains("client=ben"))
          .allMatch(line -> line.matches("\\S+Z INFO .*"));
    }
  }

  private static String line(ServerUnderTest server, String text) {
    return server.lines().stream().filter(line -> line.contains(text)).findFirst().orElseThrow();
  }

  /// Its own output is taken for the journal's socket: a file whose device and inode the
  /// environment names.
  @Test
  void theJournalGetsPriorities() throws IOException, InterruptedException {
    Path output = Files.createFile(folder.resolve("output"));
    Map<String, Object> is = Files.readAttributes(output, "unix:dev,ino");
    Process process =
        ServerUnderTest.begin(
            List.of(
                "sh",
                "-c",
                "exec \"$@\" >>'" + output + "'",
                "sh",
                "env",
                "JOURNAL_STREAM=" + is.get("dev") + ":" + is.get("ino")),
            "serve",
            "--port",
            "0",
            "--data",
            folder.resolve("data").toString());
    try {
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> Files.readString(output).contains("listens on"));
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      process.waitFor();
      assertThat(Files.readAllLines(output))
          .isNotEmpty()
          .allMatch(line -> line.matches("<6>INFO .*"));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  @Timeout(120) // A server that waits for its log would do so for ever.
  void aServerWhoseOutputIsNotReadServesAndSaysWhatIsMissing()
      throws IOException, InterruptedException {
    Process process =
        ServerUnderTest.begin(
            List.of("env", "TERTULIA_LOG_LEVEL=debug", "TERTULIA_LIMITS_CONNECTIONS=0"),
            "serve",
            "--port",
            "0",
            "--data",
            folder.resolve("data").toString());
    try (BufferedReader out = process.inputReader()) {
      int port = port(out);
      // More than the pipe, the buffer of this reader and the queue of the log hold.
      for (int i = 0; i < 5_500; i++) {
        try (RawSocket socket = RawSocket.open(port)) {
          socket.send(RawSocket.handshake("client-" + i, port));
          assertThat(socket.head()).contains("101");
        }
      }
      String line = "";
      while (!line.contains("log lines were dropped here")) {
        line = out.readLine();
        assertThat(line).isNotNull();
      }
      assertThat(line).contains(" WARN ");
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private static int port(BufferedReader out) throws IOException {
    Pattern address = Pattern.compile("listens on http://\\S+?:(\\d+)");
    while (true) {
      String line = out.readLine();
      assertThat(line).isNotNull();
      Matcher matcher = address.matcher(line);
      if (matcher.find()) {
        return Integer.parseInt(matcher.group(1));
      }
    }
  }
}
