package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server on a damaged folder, as its clients and its operator see it. [DamageTest] covers many
/// more kinds of damage.
@Tag("system")
final class DamagedServerTest {
  private static final String ROOM = "plaza";

  @TempDir private Path folder;

  @Test
  void aTruncatedEndIsReportedAndClientsThatHadSeenItAreTold() throws IOException {
    try (FullClient ana = new FullClient("ana");
        FullClient luis = new FullClient("luis")) {
      try (ServerUnderTest server = ServerUnderTest.start(folder)) {
        luis.connect(server.port(), ROOM);
        speak(luis, 0, 20);
        luis.disconnect();
        ana.connect(server.port(), ROOM);
        speak(ana, 20, 60);
        server.kill();
        ana.awaitEnd();
      }
      Path wal = folder.resolve("tertulia.sqlite-wal");
      try (FileChannel file = FileChannel.open(wal, StandardOpenOption.WRITE)) {
        file.truncate(file.size() - 100_000);
      }
      ServerUnderTest.Ended check = ServerUnderTest.run("check", "--data", folder.toString());
      assertThat(check.exit()).as(check.output()).isEqualTo(1);
      try (ServerUnderTest server = ServerUnderTest.start(folder)) {
        assertThat(server.lines()).anyMatch(line -> line.contains("has lost its end"));
        ana.connect(server.port());
        luis.connect(server.port());
        speak(luis, 100, 130);
        String end = luis.ack("m129").pos();
        ana.awaitPosition(ROOM, end);
        luis.awaitPosition(ROOM, end);
        assertThat(ana.room(ROOM).gaps()).isEqualTo(1);
        assertThat(luis.room(ROOM).gaps()).isZero();
        assertThat(luis.entries(ROOM)).isEqualTo(luis.history(ROOM));
        assertThat(luis.history(ROOM)).endsWith(ana.entries(ROOM).toArray(Seen[]::new));
        ana.assertPromisesKept();
        luis.assertPromisesKept();
      }
    }
  }

  @Test
  void aTextWithAFlippedBitIsReportedAndNotShown() throws IOException {
    try (ServerUnderTest server = ServerUnderTest.start(folder);
        FullClient ana = new FullClient("ana")) {
      ana.connect(server.port(), ROOM);
      speak(ana, 0, 40);
      server.terminate();
    }
    Path database = folder.resolve("tertulia.sqlite");
    byte[] bytes = Files.readAllBytes(database);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("text of m17");
    assertThat(at).isPositive();
    bytes[at] ^= 1;
    Files.write(database, bytes);
    ServerUnderTest.Ended check = ServerUnderTest.run("check", "--data", folder.toString());
    assertThat(check.exit()).as(check.output()).isEqualTo(1);
    assertThat(check.output()).contains("18").doesNotContain("uext of m17");
    try (ServerUnderTest server = ServerUnderTest.start(folder);
        FullClient eva = new FullClient("eva")) {
      eva.connect(server.port(), "elsewhere");
      List<Json> messages = history(eva, 1).objects("messages");
      assertThat(messages).hasSize(39);
      for (Json message : messages) {
        boolean damaged = message.number("offset") == 18;
        assertThat(message.has("unreadable")).isEqualTo(damaged);
        assertThat(message.has("message")).isNotEqualTo(damaged);
      }
      assertThat(history(eva, 18).objects("messages")).hasSize(22);
      assertThat(server.lines())
          .anyMatch(line -> line.contains("ERROR") && line.contains(ROOM))
          .noneMatch(line -> line.contains("uext of m17"));
    }
  }

  @Test
  void tablesOfAPrereleaseBuildEndTheStartWithOneLine() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start(folder)) {
      server.terminate();
    }
    Path database = folder.resolve("tertulia.sqlite");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("DROP TABLE inbox_read");
      statement.executeUpdate("UPDATE flyway_schema_history SET checksum = 1");
    }
    ServerUnderTest.Ended serve =
        ServerUnderTest.run("serve", "--port", "0", "--data", folder.toString());
    assertThat(serve.exit()).as(serve.output()).isEqualTo(2);
    assertThat(serve.output().strip().lines()).hasSize(1);
    assertThat(serve.output()).contains(database.toString(), "before its release");
  }

  private static Json history(FullClient client, long after) {
    return client.request(
        "{\"type\":\"history\",\"room\":\"%s\",\"after\":%s,\"limit\":100}".formatted(ROOM, after));
  }

  private static void speak(FullClient client, int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(client.publishAndWait(ROOM, "m" + i, "text of m" + i)).isTrue();
    }
  }
}
