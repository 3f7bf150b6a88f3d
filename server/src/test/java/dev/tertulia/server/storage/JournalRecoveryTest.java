package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.LOBBY;
import static dev.tertulia.server.storage.TestLog.await;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.TestLog.DeliveryStatus;
import dev.tertulia.server.storage.journal.CommitRecovery;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sqlite.HeadNote;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalRecoveryTest {
  private static final Outcome UNAVAILABLE = new Outcome.Refused(ErrorCode.UNAVAILABLE);

  @TempDir Path folder;

  private static Position position(Outcome outcome) {
    return Objects.requireNonNull(((Outcome.Stored) outcome).position());
  }

  private static void healed(TestLog log) {
    log.until(() -> log.journal.health().ok());
  }

  @Test
  void aCommitWithoutSpaceIsRefusedBeforeThereIsSpaceAgain() {
    try (TestLog log = new TestLog(folder)) {
      Position first = position(log.say(chat("a"), null));
      log.deliveryStatus = DeliveryStatus.FINDS_NO_ROOM;
      assertThat(log.say(chat("b"), "r")).isEqualTo(UNAVAILABLE);
      assertThat(log.journal.health().ok()).isFalse();
      Entry.Signal typing = new Entry.Typing(ANA, "Ana");
      log.journal.append(new Draft.Signal(LOBBY, typing));
      log.until(() -> log.publications.stream().anyMatch(p -> p.entry().equals(typing)));
      assertThat(log.publications.getLast().head()).isEqualTo(first.offset());
      log.deliveryStatus = DeliveryStatus.WORKS;
      healed(log);
      Position second = position(log.say(chat("b"), "r"));
      assertThat(second.offset()).isEqualTo(first.offset() + 1);
      assertThat(log.entries()).hasSize(2);
    }
  }

  @Test
  void aFailedCommitIsRefusedOnlyWhenTheFailureIsCertain() {
    try (TestLog log = new TestLog(folder)) {
      Position first = position(log.say(chat("a"), null));
      log.connects = false;
      log.deliveryStatus = DeliveryStatus.FAILS_BEFORE;
      CompletableFuture<Outcome> unknown = log.append(chat("b"), "r");
      log.until(() -> !log.journal.health().ok());
      assertThat(log.journal.health().cause()).contains("log");
      assertThat(log.journal.append(new Draft.Append(LOBBY, chat("c"))))
          .isEqualTo(Appended.BACK_PRESSURED);
      Entry.Signal typing = new Entry.Typing(ANA, "Ana");
      log.journal.append(new Draft.Signal(LOBBY, typing));
      log.until(() -> log.publications.stream().anyMatch(p -> p.entry().equals(typing)));
      assertThat(unknown).isNotDone();
      log.deliveryStatus = DeliveryStatus.WORKS;
      assertThat(unknown).isNotDone();
      log.connects = true;
      assertThat(await(unknown)).isEqualTo(UNAVAILABLE);
      healed(log);
      Position second = position(log.say(chat("b"), "r"));
      assertThat(second.offset()).isEqualTo(2);
      assertThat(second.term()).isNotEqualTo(first.term());
      assertThat(log.entries()).hasSize(2);
      assertThat(log.ask("SELECT count(*) FROM batch WHERE aborted = 1 AND term = " + first.term()))
          .isEqualTo("1");
    }
  }

  @Test
  void aCommitWithALostResultIsAnsweredAndPublished() {
    try (TestLog log = new TestLog(folder)) {
      Position first = position(log.say(chat("a"), null));
      log.connects = false;
      log.deliveryStatus = DeliveryStatus.FAILS_AFTER;
      CompletableFuture<Outcome> unknown = log.append(chat("b"), "r");
      log.until(() -> !log.journal.health().ok());
      assertThat(unknown).isNotDone();
      assertThat(log.publications).hasSize(1);
      log.deliveryStatus = DeliveryStatus.WORKS;
      log.connects = true;
      Outcome stored = await(unknown);
      assertThat(position(stored)).isEqualTo(new Position(first.term(), 2));
      healed(log);
      assertThat(log.say(chat("b"), "r")).isEqualTo(stored);
      assertThat(position(log.say(chat("c"), null)).offset()).isEqualTo(3);
      log.until(() -> log.publications.size() == 3);
      assertThat(log.publications.stream().map(Publication::entry))
          .containsExactly(chat("a"), chat("b"), chat("c"));
    }
  }

  @Test
  void repeatedFailuresOfTheRecoveryLeaveItCorrect() {
    for (DeliveryStatus deliveryStatus :
        new DeliveryStatus[] {DeliveryStatus.FAILS_BEFORE, DeliveryStatus.FAILS_AFTER}) {
      for (DeliveryStatus settling :
          new DeliveryStatus[] {DeliveryStatus.FAILS_BEFORE, DeliveryStatus.FAILS_AFTER}) {
        try (TestLog log = new TestLog(folder.resolve(deliveryStatus + "-" + settling))) {
          log.connects = false;
          log.deliveryStatus = deliveryStatus;
          CompletableFuture<Outcome> unknown = log.append(chat("b"), "r");
          log.until(() -> !log.journal.health().ok());
          log.deliveryStatus = settling;
          int commits = log.attempts.get();
          log.connects = true;
          log.until(() -> log.attempts.get() >= commits + 2);
          assertThat(unknown).isNotDone();
          log.deliveryStatus = DeliveryStatus.WORKS;
          Outcome outcome = await(unknown);
          if (deliveryStatus == DeliveryStatus.FAILS_AFTER) {
            assertThat(position(outcome).offset()).isEqualTo(1);
          } else {
            assertThat(outcome).isEqualTo(UNAVAILABLE);
          }
          healed(log);
          assertThat(position(log.say(chat("b"), "r")).offset()).isEqualTo(1);
          assertThat(log.entries()).hasSize(1);
        }
      }
    }
  }

  @Test
  void aLockedDatabaseRecoversWhenItIsReleased() throws SQLException {
    try (TestLog log = new TestLog(folder)) {
      log.say(chat("a"), null);
      try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + log.folder.database());
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        assertThat(log.say(chat("b"), null)).isEqualTo(UNAVAILABLE);
        assertThat(log.journal.health().cause()).contains("another program");
        statement.execute("ROLLBACK");
      }
      healed(log);
      assertThat(position(log.say(chat("b"), null)).offset()).isEqualTo(2);
    }
  }

  @Test
  void aFullDiskRecoversWhenThereIsSpace() throws Exception {
    mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", folder.toString());
    try (TestLog log = new TestLog(folder)) {
      int said = 0;
      Outcome outcome;
      do {
        outcome = log.say(chat("x".repeat(30_000)), null);
        said++;
      } while (outcome instanceof Outcome.Stored && said < 300);
      assertThat(outcome).isEqualTo(UNAVAILABLE);
      assertThat(log.journal.health().ok()).isFalse();
      assertThat(log.journal.health().cause()).contains("its disk is full");
      mount("-o", "remount,size=20m", folder.toString());
      healed(log);
      assertThat(position(log.say(chat("at last"), null)).offset()).isEqualTo(said);
      assertThat(log.entries()).hasSize(said);
    } finally {
      run("umount", folder.toString());
    }
  }

  @Test
  void aReadOnlyDatabaseRecoversWhenItIsWritable() {
    try (TestLog log = new TestLog(folder)) {
      log.say(chat("a"), null);
      log.connects = false;
      log.deliveryStatus = DeliveryStatus.FAILS_BEFORE;
      CompletableFuture<Outcome> unknown = log.append(chat("b"), null);
      log.until(() -> !log.journal.health().ok());
      log.deliveryStatus = DeliveryStatus.WORKS;
      log.readOnly = true;
      log.connects = true;
      log.until(() -> log.journal.health().cause().contains("read-only"));
      log.readOnly = false;
      assertThat(await(unknown)).isEqualTo(UNAVAILABLE);
      healed(log);
      assertThat(position(log.say(chat("b"), null)).offset()).isEqualTo(2);
    }
  }

  private static void mount(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "mount";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    run(command);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor())
        .as("%s (needs the right to mount: run the tests as root): %s", List.of(command), said)
        .isZero();
  }

  @Test
  void onlyTheDamagedRowIsRefusedAndByName() throws SQLException {
    try (TestLog log = new TestLog(folder)) {
      log.say(chat("a"), null);
      log.say(chat("b"), null);
      log.change("UPDATE entry SET client = 'eva' WHERE entry_offset = 1");
      CompletableFuture<Outcome> bad = log.append(new Entry.Edit(ANA, 1, "x"), null);
      CompletableFuture<Outcome> good = log.append(new Entry.Edit(ANA, 2, "x"), null);
      assertThat(await(bad)).isEqualTo(new Outcome.Refused(ErrorCode.INTERNAL));
      assertThat(position(await(good)).offset()).isEqualTo(3);
      assertThat(log.journal.health().ok()).isTrue();
    }
  }

  @Test
  void aTopicWithoutFreeOffsetsAcceptsNoEntries() throws SQLException {
    try (TestLog log = new TestLog(folder)) {
      log.say(chat("a"), null);
    }
    // As versions before this one imported it.
    try (LogTables tables =
        new LogTables(
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("tertulia.sqlite")))) {
      TopicRow row = Objects.requireNonNull(tables.topic(1, "lobby"));
      EntryRow entry = Objects.requireNonNull(tables.entry(row.id(), 1));
      long last = Long.MAX_VALUE;
      tables.put(
          new EntryRow(
              row.id(),
              last,
              entry.term(),
              entry.time(),
              entry.kind(),
              entry.client(),
              null,
              null,
              false,
              entry.body()));
      tables.put(
          new TopicRow(
              row.id(),
              row.kind(),
              row.name(),
              last,
              last - 1,
              entry.term(),
              row.time(),
              row.entries(),
              row.bytes()));
    }
    try (TestLog log = new TestLog(folder)) {
      log.leaveDamaged();
      assertThat(log.say(chat("b"), null)).isEqualTo(new Outcome.Refused(ErrorCode.INTERNAL));
      assertThat(log.ask("SELECT min(entry_offset) FROM entry")).isEqualTo("1");
      assertThat(log.journal.health().ok()).isTrue();
    }
  }

  @Test
  void aLogThatLostItsEndIsDetectedByItsRecordedHead() throws IOException, SQLException {
    Path kept = folder.resolve("kept");
    Path data = folder.resolve("data");
    long term;
    try (TestLog log = new TestLog(data)) {
      log.say(chat("a"), null);
      term = position(log.say(chat("b"), null)).term();
      Files.createDirectories(kept);
      for (String name : new String[] {"tertulia.sqlite", "tertulia.sqlite-wal"}) {
        Files.copy(data.resolve(name), kept.resolve(name));
      }
      log.say(chat("c"), null);
    }
    try (HeadNote note = HeadNote.open(data.resolve("tertulia.head"))) {
      HeadNote.Head head = Objects.requireNonNull(note.newest());
      assertThat(head.term()).isEqualTo(term);
      assertThat(head.seq()).isEqualTo(4);
      try (LogTables whole =
              new LogTables(
                  DriverManager.getConnection("jdbc:sqlite:" + data.resolve("tertulia.sqlite")));
          LogTables cut =
              new LogTables(
                  DriverManager.getConnection("jdbc:sqlite:" + kept.resolve("tertulia.sqlite")))) {
        assertThat(CommitRecovery.lost(head, whole)).isZero();
        assertThat(CommitRecovery.lost(head, cut)).isEqualTo(1);
      }
    }
  }

  @Test
  void aTornHeadRecordLeavesThePreviousOne() throws IOException {
    Path file = folder.resolve("note");
    try (HeadNote note = HeadNote.open(file)) {
      assertThat(note.newest()).isNull();
      note.write(7, 1);
      note.write(7, 2);
      note.write(7, 3);
    }
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < bytes.length; i += 4096) {
      for (int at = i; at < i + 36; at++) {
        byte[] torn = bytes.clone();
        torn[at] ^= 4;
        Files.write(file, torn);
        try (HeadNote note = HeadNote.open(file)) {
          assertThat(Objects.requireNonNull(note.newest()).seq()).isEqualTo(i == 0 ? 3 : 2);
        }
      }
    }
  }

  @Test
  void aFileThatCanNotBeOpenedIsReported() throws IOException {
    try (DataFolder data = DataFolder.open(folder)) {
      Files.createDirectory(data.headNote());
      assertThatThrownBy(() ->
              SqlJournal.durable(
                  data,
                  new SqlJournal.Plan(
                      10, () -> 1, topic -> Retention.FOREVER, List.of(), batch -> {})))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining("tertulia.head");
    }
  }
}
