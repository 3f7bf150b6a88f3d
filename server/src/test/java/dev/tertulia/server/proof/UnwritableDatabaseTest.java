package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The database can't be written for a while: publishing is refused with the reason, everything
/// else continues, and it recovers by itself.
@Tag("system")
final class UnwritableDatabaseTest {
  private static final String ROOM = "plaza";
  private static final String TEXT = "x".repeat(2000);

  @TempDir private Path folder;

  /// What makes the database unwritable, and writable again.
  private interface Trouble {
    void begin() throws Exception;

    void end() throws Exception;
  }

  /// Another program in the midst of a transaction.
  private static final class Lock implements Trouble {
    private final Path database;
    private @Nullable Connection other;

    private Lock(Path database) {
      this.database = database;
    }

    @Override
    public void begin() throws SQLException {
      other = DriverManager.getConnection("jdbc:sqlite:" + database);
      try (Statement statement = other.createStatement()) {
        statement.execute("BEGIN EXCLUSIVE");
      }
    }

    @Override
    public void end() throws SQLException {
      if (other != null) {
        other.close();
      }
    }
  }

  @Test
  void aFullDiskIsReportedAndRecoversWhenThereIsSpace() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    try (SmallDisk disk = SmallDisk.mount(data, 24)) {
      Trouble full =
          new Trouble() {
            @Override
            public void begin() {
              disk.fill();
            }

            @Override
            public void end() throws IOException {
              Files.delete(disk.fromOutside().resolve("ballast"));
            }
          };
      sufferAndHeal(disk.path(), disk.entering(), full, "its disk is full");
    }
  }

  @Test
  void aLockedDatabaseIsReportedAndRecoversWhenItIsReleased() throws Exception {
    Path data = folder.resolve("data");
    sufferAndHeal(
        data,
        List.of(),
        new Lock(data.resolve("tertulia.sqlite")),
        "another program has locked it");
  }

  @Test
  void aReadOnlyFolderIsReportedAtStart() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    try (SmallDisk disk = SmallDisk.mount(data, 24)) {
      try (ServerUnderTest server = ServerUnderTest.start(data, Map.of(), disk.entering())) {
        server.terminate();
      }
      disk.writable(false);
      ServerUnderTest.Ended refused =
          ServerUnderTest.run(disk.entering(), "serve", "--port", "0", "--data", data.toString());
      assertThat(refused.exit()).as(refused.output()).isEqualTo(2);
      assertThat(refused.output().strip().lines()).hasSize(1);
      assertThat(refused.output()).startsWith("tertulia: ").contains(data.toString(), "--data");
      disk.writable(true);
      ServerUnderTest.start(data, Map.of(), disk.entering()).close();
    }
  }

  private static void sufferAndHeal(Path data, List<String> entering, Trouble trouble, String cause)
      throws Exception {
    try (FullClient ana = new FullClient("ana");
        FullClient luis = new FullClient("luis")) {
      try (ServerUnderTest server = ServerUnderTest.start(data, Map.of(), entering)) {
        ana.connect(server.port(), ROOM);
        luis.connect(server.port(), ROOM);
        for (int i = 0; i < 100; i++) {
          assertThat(ana.publishAndWait(ROOM, "before-" + i, TEXT)).isTrue();
        }
        assertThat(server.health()).startsWith("200 ").doesNotContain(cause);

        trouble.begin();
        // What has room in what the log's file has already may still be stored. What is in the
        // batch whose commit fails is refused a little later than what comes after it, once it is
        // known what became of it.
        int number = -1;
        do {
          number++;
          ana.publish(ROOM, "during-" + number, TEXT);
          await()
              .atMost(TestServer.PATIENCE)
              .pollInterval(Duration.ofMillis(5))
              .until(() -> ana.unanswered() == 0 || server.health().startsWith("503 "));
        } while (ana.isAcknowledged("during-" + number));
        for (int i = 0; i < 20; i++) {
          ana.publish(ROOM, "refused-" + i, TEXT);
        }
        ana.await("all refusals", () -> ana.refusals() >= 20);
        assertThat(server.health()).startsWith("503 ").contains(cause);
        ana.await("the reply to what was in the failed commit", () -> ana.unanswered() == 0);
        assertThat(ana.isAcknowledged("during-" + number)).isFalse();
        assertThat(luis.history(ROOM)).isEqualTo(luis.entries(ROOM)).hasSize(100 + number);
        try (FullClient late = new FullClient("late")) {
          late.connect(server.port(), ROOM);
          assertThat(late.entries(ROOM)).isNotEmpty();
          late.assertPromisesKept();
        }
        assertThat(server.lines().stream().filter(line -> line.contains("ERROR")))
            .singleElement()
            .asString()
            .contains(cause);

        trouble.end();
        await()
            .atMost(TestServer.PATIENCE)
            .pollInterval(Duration.ofMillis(50))
            .untilAsserted(() -> assertThat(server.health()).startsWith("200 "));
        ana.await("the last replies", () -> ana.unanswered() == 0);
        String last = "during-" + number;
        if (!ana.isAcknowledged(last)) {
          ana.repeat(last);
          ana.await("a reply", () -> ana.unanswered() == 0);
        }
        assertThat(ana.isAcknowledged(last)).isTrue();
        assertThat(ana.publishAndWait(ROOM, "after", TEXT)).isTrue();
        assertThereIsWhatWasAcknowledged(ana, luis);
        server.kill();
        ana.awaitEnd();
        luis.awaitEnd();
      }
      try (ServerUnderTest server = ServerUnderTest.start(data, Map.of(), entering)) {
        ana.connect(server.port());
        luis.connect(server.port());
        assertThereIsWhatWasAcknowledged(ana, luis);
      }
    }
  }

  /// All of it in its order, nothing else, and seen without a gap.
  private static void assertThereIsWhatWasAcknowledged(FullClient ana, FullClient luis) {
    List<Seen> log = luis.history(ROOM);
    assertThat(log.stream().map(Seen::id).toList()).isEqualTo(List.copyOf(ana.acks().keySet()));
    for (FullClient client : List.of(ana, luis)) {
      client.awaitPosition(ROOM, log.getLast().pos());
      assertThat(client.entries(ROOM)).isEqualTo(log);
      assertThat(client.room(ROOM).gaps()).isZero();
      client.assertPromisesKept();
    }
    Stream<String> refused = ana.refused().stream();
    assertThat(refused).allMatch(id -> id.startsWith("refused-")).hasSize(20);
  }
}
