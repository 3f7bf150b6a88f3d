package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.LOBBY;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.journal.JournalMeters;
import dev.tertulia.server.storage.journal.LogWriter;
import dev.tertulia.server.storage.journal.RetentionSweeper;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When the writer removes expired data, and how much at a time: with batches that it writes
/// anyway, and separately only when there are none. Time is simulated.
final class RetentionWithBatchesTest {
  private static final long SLICE_WAIT = TimeUnit.MILLISECONDS.toNanos(20);

  @TempDir private Path folder;

  private DataFolder data;
  private LogWriter writer;
  private long nanos = 1;
  private Retention retention = Retention.FOREVER;
  private final List<Outcome> outcomes = new ArrayList<>();

  @BeforeEach
  void open() throws SQLException {
    data = DataFolder.open(folder);
    writer =
        new LogWriter(
            new LogWriter.Parts(
                "log",
                SqliteDatabase.lasting(data),
                null,
                System::currentTimeMillis,
                () -> nanos,
                () -> ThreadLocalRandom.current().nextLong(),
                topic -> retention,
                ClientExpiry.NEVER,
                NameBounds.NONE,
                List.of(),
                batch -> {},
                JournalMeters.ofNoMeters(),
                EngineGuard.ofNoProcess()));
    writer.open();
    passIdly();
  }

  @AfterEach
  void close() {
    writer.close();
    data.close();
  }

  /// Lets the first look at what there is go by.
  private void passIdly() {
    for (int i = 0; i < 10; i++) {
      nanos += 2 * SLICE_WAIT;
      writer.tend();
    }
  }

  private void write(Stream<TopicName> topics) {
    writer.write(
        topics
            .<Draft>map(topic ->
                new Draft.Append(
                    topic,
                    topic.kind() == TopicName.Kind.INBOX
                        ? new Entry.Notification(ANA, Entry.Scope.PERSONAL, "n")
                        : chat("m"),
                    null,
                    TargetRule.ANY,
                    outcomes::add))
            .toList());
    assertThat(outcomes).allMatch(Outcome.Stored.class::isInstance);
    outcomes.clear();
  }

  private void write(int entries) {
    write(IntStream.range(0, entries).mapToObj(i -> LOBBY));
  }

  private long ask(String sql) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.database());
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : 0;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.database());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private long kept() {
    return ask("SELECT entries FROM topic WHERE name = 'lobby'");
  }

  private long commits() {
    return ask("SELECT max(seq) FROM batch");
  }

  @Test
  void aSliceIsCommittedWithABatch() {
    write(1000);
    retention = Retention.ofMessages(100);
    write(1);
    long commits = commits();
    nanos += SLICE_WAIT;
    write(1);
    assertThat(kept()).isEqualTo(1002L - RetentionSweeper.SLICE - RetentionSweeper.SHARE);
    writer.tend();
    nanos += SLICE_WAIT;
    writer.tend();
    assertThat(commits()).isEqualTo(commits + 1);
    assertThat(ask("SELECT count(*) FROM entry")).isEqualTo(kept());
    assertThat(ask("SELECT bytes = (SELECT sum(length(body)) FROM entry) FROM topic")).isOne();
    for (int i = 0; i < 100; i++) {
      nanos += SLICE_WAIT;
      writer.tend();
    }
    assertThat(kept()).as("by itself once nothing is written").isEqualTo(100);
  }

  @Test
  void aTopicAboveItsLimitsDoesNotGrowAtAnyRate() {
    retention = Retention.ofMessages(100);
    for (int i = 0; i < 20; i++) {
      // No time goes by.
      write(300);
      assertThat(kept()).isLessThanOrEqualTo(700);
    }
    assertThat(kept()).isLessThanOrEqualTo(400);
  }

  @Test
  void manyTopicsAboveTheirLimitsAreTrimmedInTime() {
    retention = Retention.ofMessages(3);
    int topics = 200;
    for (int i = 0; i < 100; i++) {
      write(
          IntStream.range(0, topics)
              .mapToObj(n ->
                  n % 2 == 0
                      ? TopicName.room(new RoomName("room-" + n))
                      : TopicName.inbox(new ClientId("client-" + n))));
    }
    assertThat(ask("SELECT max(entries) FROM topic")).isLessThan(100);
    assertThat(ask("SELECT sum(entries) FROM topic"))
        .isLessThan(topics * (3L + 3 * RetentionSweeper.TOPIC));
    for (int i = 0; i < 200; i++) {
      nanos += 2 * SLICE_WAIT;
      writer.tend();
    }
    assertThat(ask("SELECT max(entries) FROM topic")).isEqualTo(3);
    assertThat(ask("SELECT count(*) FROM topic WHERE entries <> head - floor")).isZero();
  }

  @Test
  void failedRetentionDoesNotPreventStoring() throws SQLException {
    write(1000);
    retention = Retention.ofMessages(100);
    execute("CREATE TRIGGER stuck BEFORE DELETE ON entry BEGIN SELECT raise(ABORT, 'x'); END");
    write(1);
    nanos += SLICE_WAIT;
    write(200);
    write(1);
    nanos += 2 * SLICE_WAIT;
    writer.tend();
    assertThat(writer.health().now().ok()).isTrue();
    assertThat(kept()).isEqualTo(1202);
    execute("DROP TRIGGER stuck");
    nanos += TimeUnit.MINUTES.toNanos(1);
    write(1);
    assertThat(kept()).isLessThan(1203);
  }
}
