package dev.tertulia.server.storage.admin;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.journal.MaintenanceTask;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An erasure in a running journal leaves a smaller file without traces, in steps between which
/// others are served.
final class ErasureStepsTest {
  private static final int ROOMS = 40;
  private static final int MESSAGES = 6000;
  private static final long PAGE = 4096;

  @TempDir private Path data;

  @Test
  void theFileOfAnEarlierVersionShrinksInBoundedStepsAndHoldsNoTraces() throws Exception {
    RandomGenerator random = Seeded.print().random();
    try (TestLog log = new TestLog(data)) {
      talk(log, random);
    }
    asOfVersion010();
    long before = Files.size(DataFolder.databaseIn(data));
    try (TestLog log = new TestLog(data)) {
      List<CompletableFuture<Outcome>> meanwhile = new ArrayList<>();
      int commits = log.commits.get();
      assertThat(
              new ErasureRunner(new RunningOperations.Place(log.journal, log.folder.database()))
                  .erase(
                      "ana",
                      () -> meanwhile.addAll(others(log, random)),
                      found -> meanwhile.addAll(others(log, random))))
          .isTrue();
      assertThat(meanwhile).isNotEmpty();
      for (CompletableFuture<Outcome> outcome : meanwhile) {
        assertThat(TestLog.await(outcome)).isInstanceOf(Outcome.Stored.class);
      }
      assertThat(filesWith("secreto")).isEmpty();
      assertThat(filesWith("\"ana\"")).isEmpty();
      assertThat(Files.size(log.folder.database())).isLessThan(before * 2 / 3);
      // Many steps, none of which is large.
      assertThat(log.steps)
          .containsOnly(
              "shrink " + MaintenanceTask.PAGES_MOVED, "scrub " + MaintenanceTask.PAGES_READ)
          .hasSizeGreaterThan((int) (before / 2 / PAGE / MaintenanceTask.PAGES_MOVED));
      assertThat(log.commits.get() - commits).isGreaterThan(MESSAGES / 200);
    }
    assertThat(Check.of(data, Progress.NONE).findings()).isEmpty();
  }

  private static void talk(TestLog log, RandomGenerator random) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      outcomes.add(
          log.append(
              room(random),
              new Entry.Chat(
                  i % 4 == 0 ? BEA : ANA,
                  "x",
                  (i % 4 == 0 ? "resto " : "secreto ") + "y".repeat(random.nextInt(3000))),
              "request-" + i,
              TargetRule.ANY));
      if (i % 500 == 0) {
        outcomes.forEach(TestLog::await);
        outcomes.clear();
      }
    }
    outcomes.forEach(TestLog::await);
  }

  /// What another client says meanwhile, in the same rooms.
  private static List<CompletableFuture<Outcome>> others(TestLog log, RandomGenerator random) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      outcomes.add(
          log.append(
              room(random),
              new Entry.Chat(BEA, "x", "sigo " + "z".repeat(random.nextInt(300))),
              null,
              TargetRule.ANY));
    }
    return outcomes;
  }

  private static TopicName room(RandomGenerator random) {
    return TopicName.room(new RoomName("sala-" + random.nextInt(ROOMS)));
  }

  private void asOfVersion010() throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + DataFolder.databaseIn(data));
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = DELETE");
      statement.executeUpdate("PRAGMA auto_vacuum = NONE");
      statement.executeUpdate("VACUUM");
      statement.execute("PRAGMA journal_mode = WAL");
    }
  }

  private List<String> filesWith(String text) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
          found.add(file.getFileName().toString());
        }
      }
    }
    return found;
  }
}
