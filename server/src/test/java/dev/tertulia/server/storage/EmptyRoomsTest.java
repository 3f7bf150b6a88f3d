package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.admin.Export;
import dev.tertulia.server.storage.admin.Import;
import dev.tertulia.server.storage.read.SqlLog;
import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Empty rooms are removed, and their positions are not mistaken for those of other rooms.
@ParameterizedClass
@EnumSource(names = {"SQLITE", "POSTGRES"})
final class EmptyRoomsTest {
  private static final TopicName OLD = room("old");
  private static final TopicName LISTED = room("listed");

  private final TestStore store;
  @TempDir private Path folder;

  EmptyRoomsTest(TestStore store) {
    this.store = store;
  }

  private static TopicName room(String name) {
    return TopicName.room(new RoomName(name));
  }

  private static Position says(TestLog log, TopicName topic, String text) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    log.journal.append(
        new Draft.Append(
            topic, new Entry.Chat(ANA, "Ana", text), null, TargetRule.ANY, outcome::complete));
    return Objects.requireNonNull(((Outcome.Stored) outcome.join()).position());
  }

  private static void lists(TestLog log, TopicName topic, ClientId client, boolean member) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    log.journal.append(new Draft.Membership(topic, client, member, 10, outcome::complete));
    outcome.join();
  }

  private static void reading(TestLog log, Consumer<Log> read) {
    Readers readers = new Readers(1, 10);
    try (ReadDatabase database = new ReadDatabase(readers, log.reader())) {
      read.accept(new SqlLog(database, new Tail(0)));
      readers.close();
    }
  }

  private TestLog tenMinutes(Path folder) {
    TestLog log = new TestLog(folder, store);
    log.retention = topic -> new Retention(Duration.ofMinutes(10), Long.MAX_VALUE, Long.MAX_VALUE);
    return log;
  }

  private static String topics(TestLog log) {
    return log.ask("SELECT string_agg(name, ' ' ORDER BY name) FROM topic");
  }

  /// What is written of a room that begins with this very batch is there before the room's row is,
  /// and the batch also looks for what is left of rooms that are gone.
  @Test
  void aMemberOfANewRoomSurvivesTheCleanupInTheSameBatch() throws Exception {
    int rooms = 20;
    try (TestLog log = new TestLog(folder, store)) {
      for (int i = 0; i < rooms; i++) {
        lists(log, room("new" + i), BEA, true);
        log.pass(Duration.ofMinutes(2));
      }
      assertThat(log.ask("SELECT count(*) FROM participant")).isEqualTo("" + rooms);
    }
  }

  @Test
  void anEmptyRoomIsRemovedAndItsPositionsStayInvalid() throws Exception {
    Position first;
    Position last;
    Position began;
    try (TestLog log = tenMinutes(folder)) {
      Position before = Position.START;
      first = says(log, OLD, "one");
      last = says(log, OLD, "two");
      log.journal.append(new Draft.Mark(OLD, BEA, 2, Draft.Receipt.NONE));
      says(log, LISTED, "x");
      lists(log, LISTED, BEA, true);
      says(log, room("newest"), "x");
      log.pass(Duration.ofMinutes(11));
      log.until(() -> log.ask("SELECT sum(entries) FROM topic").equals("0"));
      reading(
          log,
          sql -> {
            // As long as its row is there, who has had all of it has missed nothing.
            assertThat(sql.since(OLD, last, 10, 1000)).isNotNull();
            assertThat(sql.since(OLD, first, 10, 1000)).isNull();
          });
      log.pass(Duration.ofDays(1));
      // The one that was made last stays, and so does one that has a list.
      log.until(() -> topics(log).equals("listed newest"));
      log.pass(Duration.ofMinutes(2));
      log.until(() -> log.ask("SELECT count(*) FROM participant").equals("3"));
      reading(
          log,
          sql -> {
            for (Position gone : new Position[] {before, first, last}) {
              assertThat(sql.since(OLD, gone, 10, 1000)).as("%s", gone).isNull();
              assertThat(sql.since(room("never"), gone, 10, 1000)).as("%s", gone).isNull();
            }
            assertThat(sql.newest(OLD, 10, 1000).entries()).isEmpty();
            assertThat(sql.newest(OLD, 10, 1000).more()).isFalse();
          });
    }
    // In the next term as well as in this.
    try (TestLog log = tenMinutes(folder)) {
      Position[] empty = new Position[1];
      reading(log, sql -> empty[0] = sql.newest(OLD, 10, 1000).end());
      began = empty[0];
      Position again = says(log, OLD, "three");
      assertThat(again.offset()).isEqualTo(3);
      reading(
          log,
          sql -> {
            for (Position gone : new Position[] {Position.START, first, last}) {
              assertThat(sql.since(OLD, gone, 10, 1000)).as("%s", gone).isNull();
            }
            assertThat(Objects.requireNonNull(sql.since(OLD, began, 10, 1000)).entries())
                .hasSize(1);
            assertThat(sql.newest(OLD, 10, 1000).entries()).hasSize(1);
          });
      // Let go again, within the same term: nor are positions of the second time good in the third.
      says(log, room("another"), "x");
      log.pass(Duration.ofMinutes(11));
      log.until(() -> log.ask("SELECT sum(entries) FROM topic").equals("0"));
      log.pass(Duration.ofDays(1));
      log.until(() -> topics(log).equals("another listed"));
      Position third = says(log, OLD, "four");
      assertThat(third.term()).isEqualTo(again.term());
      assertThat(third.offset()).isGreaterThan(again.offset());
      reading(
          log,
          sql -> {
            for (Position gone : new Position[] {Position.START, first, last, began, again}) {
              assertThat(sql.since(OLD, gone, 10, 1000)).as("%s", gone).isNull();
            }
          });
      lists(log, LISTED, BEA, false);
      log.pass(Duration.ofMinutes(2));
      log.until(() -> !topics(log).contains("listed"));
      store.requireSound(folder);
    }
    if (!store.hasFiles()) {
      return; // Only a folder's own database is exported so far.
    }
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    Export.of(folder, lines, null, Progress.NONE);
    Path other = folder.resolve("other");
    Import.into(
        other, new ByteArrayInputStream(lines.toByteArray()), FolderServer.NONE, Progress.NONE);
    assertThat(Check.of(other, Progress.NONE).findings()).isEmpty();
    try (TestLog log = new TestLog(other, store)) {
      reading(
          log,
          sql -> {
            assertThat(sql.newest(OLD, 10, 1000).entries()).hasSize(1);
            assertThat(sql.since(OLD, Position.START, 10, 1000)).isNull();
            assertThat(sql.since(OLD, last, 10, 1000)).isNull();
          });
    }
  }

  @Test
  void roomsWithEntriesAndInboxesStay() {
    try (TestLog log = new TestLog(folder, store)) {
      says(log, OLD, "for ever");
      says(log, room("newest"), "x");
      log.pass(Duration.ofDays(10));
      log.pass(Duration.ofMinutes(2));
      says(log, room("newest"), "y");
      assertThat(topics(log)).isEqualTo("newest old");
      assertThat(log.ask("SELECT count(*) FROM batch WHERE term = 0")).isEqualTo("0");
    }
  }
}
