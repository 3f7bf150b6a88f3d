package dev.tertulia.server.storage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.DataFolderOperations.ExportReport;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.admin.ErasureOperation;
import dev.tertulia.server.storage.admin.Export;
import dev.tertulia.server.storage.admin.Import;
import dev.tertulia.server.storage.admin.ImportTask;
import dev.tertulia.server.storage.admin.LineInput;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportImportTest {
  @TempDir private Path temp;
  private Path first;
  private Path second;

  @BeforeEach
  void talk() {
    first = temp.resolve("first");
    second = temp.resolve("second");
    SampleData.in(first);
  }

  private static String export(Path folder) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Export.of(folder, out, null, Progress.NONE);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static ImportReport importInto(Path folder, String lines) throws IOException {
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    return Import.into(folder, new ByteArrayInputStream(bytes), FolderServer.NONE, Progress.NONE);
  }

  private static void execute(Path folder, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + DataFolder.databaseIn(folder));
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).as(sql).isPositive();
    }
  }

  private static void assertSound(Path folder) {
    assertThat(Check.of(folder, Progress.NONE).findings()).isEmpty();
  }

  @Test
  void anImportedExportIsExportedByteForByteTheSame() throws IOException {
    String lines = export(first);
    ImportReport report = importInto(second, lines);
    assertThat(report.topics()).isEqualTo(5);
    assertThat(report.added()).isEqualTo(24);
    assertThat(export(second)).isEqualTo(lines);
    assertSound(second);
    assertThat(lines.lines()).allMatch(line -> line.startsWith("{\"type\":"));
  }

  @Test
  void importingTheSameAgainChangesNothing() throws IOException {
    String lines = export(first);
    importInto(second, lines);
    ImportReport again = importInto(second, lines);
    assertThat(again.added()).isZero();
    assertThat(again.present()).isEqualTo(24);
    assertThat(export(second)).isEqualTo(lines);
    assertThat(importInto(first, lines).added()).isZero();
    assertThat(export(first)).isEqualTo(lines);
  }

  @Test
  void laterEntriesAreAdded() throws IOException {
    importInto(second, export(first));
    SampleData.in(first);
    String lines = export(first);
    ImportReport report = importInto(second, lines);
    assertThat(report.present()).isEqualTo(24);
    assertThat(report.added()).isPositive();
    assertThat(export(second)).isEqualTo(lines);
    assertSound(second);
  }

  @Test
  void aDeletionIsKeptWhicheverSideKnowsIt() throws IOException {
    String before = export(first);
    importInto(second, before);
    try (TestLog log = new TestLog(first)) {
      log.stored(new dev.tertulia.server.model.Entry.Deletion(TestLog.ANA, 1), null);
    }
    String after = export(first);
    assertThat(importInto(first, before).deleted()).isPositive();
    assertThat(export(first)).isEqualTo(after);
    assertThat(importInto(second, after).deleted()).isPositive();
    assertThat(export(second)).isEqualTo(after).doesNotContain("secreto uno");
    assertSound(second);
  }

  @Test
  void aDifferentEntryIsAConflictAndNothingIsChanged() throws IOException {
    String lines = export(first);
    importInto(second, lines);
    SampleData.in(first);
    String more = export(first);
    for (String other :
        new String[] {
          more.replace("secreto cuatro", "otra cosa"),
          more.replaceAll("(\"room:patio\",\"term\":\")[^\"]*(\",\"offset\":1,)", "$1abc$2")
        }) {
      assertThatThrownBy(() -> importInto(second, other))
          .isInstanceOf(CorruptionException.class)
          .hasMessageMatching("line \\d+: conflict: at offset 1 of room:patio .*")
          .hasMessageContaining("Nothing was changed");
      assertThat(export(second)).isEqualTo(lines);
    }
  }

  @Test
  void invalidLinesAreReportedWithTheirNumberAndNothingIsChanged() throws IOException {
    List<String> lines = export(first).lines().toList();
    int last = lines.size() - 1;
    assertRefused(lines, 0, "{\"type\":\"entry\"}", "line 1: this is not an export");
    assertRefused(
        lines,
        0,
        lines.getFirst().replace("\"version\":1", "\"version\":7"),
        "line 1: this export");
    assertRefused(lines, 1, "no json", "line 2: it is not JSON");
    assertRefused(lines, 1, "[]", "line 2: it is not a JSON object");
    assertRefused(lines, 1, "{\"type\":\"x\"}", "line 2: its 'type'");
    assertRefused(lines, 2, "", "line 4: the entry with offset 1 is missing");
    assertRefused(lines, 2, lines.get(2) + lines.get(2), "line 3: it contains more than one");
    assertRefused(lines, 2, lines.get(2).replace("\"ana\"", "\"a n a\""), "line 3: 'client'");
    assertRefused(
        lines, 2, lines.get(2).replace("\"ana\"", "5"), "line 3: 'client' must be a text");
    assertRefused(lines, 2, lines.get(2).replace("{\"sender\"", "{\"who\""), "line 3: 'body'");
    assertRefused(lines, 2, "x".repeat(LineInput.LONGEST + 1), "line 3: it is longer");
    assertRefused(lines, last, "", "the last line of the export is missing");
    assertRefused(lines, last - 1, "", "line %s: lines are missing".formatted(lines.size()));
    assertThatThrownBy(() -> importInto(second, "")).hasMessageContaining("nothing to import");
  }

  private void assertRefused(List<String> lines, int at, String instead, String why) {
    List<String> changed = new ArrayList<>(lines);
    changed.set(at, instead);
    assertThatThrownBy(() -> importInto(second, String.join("\n", changed)))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(why);
    assertThat(Check.of(second, Progress.NONE).topics()).isZero();
  }

  @Test
  void aDamagedRowIsReportedAndSkippedOnlyOnRequest() throws Exception {
    execute(first, "UPDATE entry SET body = '{}' WHERE topic_id = 1 AND entry_offset = 2");
    execute(first, "DELETE FROM entry WHERE topic_id = 1 AND entry_offset = 11");
    assertThatThrownBy(() -> export(first))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("topic 1, offset 2")
        .hasMessageContaining("--skip-damaged");
    List<String> findings = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ExportReport report = Export.of(first, out, findings::add, Progress.NONE);
    assertThat(report.damaged()).isEqualTo(findings.size()).isEqualTo(2);
    importInto(second, out.toString(StandardCharsets.UTF_8));
    assertThat(export(second))
        .contains("\"term\":\"0\",\"offset\":2,", "\"client\":\"~lost\",\"deleted\":true")
        .contains("\"term\":\"0\",\"offset\":11,");
    assertSound(second);
  }

  @Test
  void aRunningServerMayBeExported() throws IOException {
    try (TestLog log = new TestLog(first)) {
      log.stored(TestLog.chat("mientras"), null);
      assertThat(export(first)).contains("mientras");
    }
  }

  private Path file(String lines) throws IOException {
    return Files.writeString(temp.resolve("lines.jsonl"), lines);
  }

  private static @Nullable ImportReport importInto(TestLog log, Path file) throws Exception {
    return ImportTask.run(log.journal, log.folder.path(), file, read -> {});
  }

  @Test
  void aRunningJournalImportsAndReportsChangedTopics() throws Exception {
    String lines = export(first);
    importInto(second, lines);
    SampleData.in(first);
    String more = export(first);
    try (TestLog log = new TestLog(second)) {
      assertThat(importInto(log, file(lines))).extracting(ImportReport::added).isEqualTo(0L);
      assertThat(log.renewed).isEmpty();
      assertThat(importInto(log, file(more))).extracting(ImportReport::present).isEqualTo(24L);
      assertThat(export(second)).isEqualTo(more);
      assertThat(log.renewed)
          .containsExactlyInAnyOrder(
              TestLog.LOBBY,
              SampleData.PATIO,
              TopicName.inbox(TestLog.ANA),
              TopicName.inbox(TestLog.BEA),
              TopicName.BROADCASTS);
      // It goes on behind what came, and knows the requests that came with it.
      long head = log.entries().size();
      Outcome.Stored next = log.stored(TestLog.chat("sigue"), "next");
      assertThat(requireNonNull(next.position()).offset()).isEqualTo(head + 1);
      assertThat(log.stored(TestLog.chat("secreto uno"), "a1-0").position())
          .isEqualTo(log.entries().getFirst().position());
    }
    assertSound(second);
  }

  @Test
  void textsErasedElsewhereAreErasedHere() throws Exception {
    importInto(second, export(first));
    try (ErasureOperation erasureOperation =
        ErasureOperation.of(first, "ana", FolderServer.NONE, Progress.NONE)) {
      erasureOperation.carryOut(Progress.NONE);
    }
    Path erased = file(export(first));
    try (TestLog log = new TestLog(second)) {
      ImportReport report = requireNonNull(importInto(log, erased));
      assertThat(report.deleted()).isPositive();
      assertThat(report.added()).isZero();
      assertThat(log.renewed).contains(TestLog.LOBBY, SampleData.PATIO);
      // Soon, in the write-ahead log as well.
      log.until(() -> filesWith("secreto cuatro").isEmpty());
    }
    assertSound(second);
  }

  private List<Path> filesWith(String text) throws IOException {
    try (Stream<Path> files = Files.list(second)) {
      return files
          .filter(file -> {
            try {
              return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          })
          .toList();
    }
  }

  @Test
  void aRunningJournalIsNotDisturbedByAnInvalidImport() throws Exception {
    String lines = export(first);
    try (TestLog log = new TestLog(second)) {
      // What was read before the line that is missing is taken back.
      Path cut = file(lines.substring(0, lines.length() / 2));
      assertThatThrownBy(() -> importInto(log, cut)).hasMessageContaining("Nothing was changed");
      assertThat(log.stored(TestLog.chat("antes"), null).position())
          .extracting(Position::offset)
          .isEqualTo(1L);
      assertThat(log.entries()).hasSize(1);
      Path other = file(lines);
      assertThatThrownBy(() -> importInto(log, other))
          .hasCauseInstanceOf(CorruptionException.class)
          .hasMessageContaining("conflict: at offset 1 of room:lobby");
      assertThatThrownBy(() -> importInto(log, temp)).hasCauseInstanceOf(IOException.class);
      assertThat(log.renewed).isEmpty();
      assertThat(log.stored(TestLog.chat("después"), null).position())
          .extracting(Position::offset)
          .isEqualTo(2L);
    }
    assertSound(second);
  }

  @Test
  void anImportWithAFailedCommitIsReportedAsItIsStored() throws Exception {
    String lines = export(first);
    try (TestLog log = new TestLog(second)) {
      log.deliveryStatus = TestLog.DeliveryStatus.FAILS_BEFORE;
      CompletableFuture<Throwable> failed = new CompletableFuture<>();
      Path file = file(lines);
      int before = log.attempts.get();
      Thread.ofVirtual().start(() -> failed.complete(catchThrowable(() -> importInto(log, file))));
      log.until(() -> log.attempts.get() > before + 1);
      log.deliveryStatus = TestLog.DeliveryStatus.WORKS;
      assertThat(failed.get(30, TimeUnit.SECONDS)).hasMessageContaining("nothing was imported");
      assertThat(log.renewed).isEmpty();
      assertThat(log.entries()).isEmpty();
      log.until(() -> log.journal.health().ok());

      log.deliveryStatus = TestLog.DeliveryStatus.FAILS_AFTER;
      CompletableFuture<@Nullable ImportReport> done = new CompletableFuture<>();
      int then = log.commits.get();
      Thread.ofVirtual()
          .start(() -> {
            try {
              done.complete(importInto(log, file));
            } catch (Exception e) {
              done.completeExceptionally(e);
            }
          });
      log.until(() -> log.commits.get() > then);
      log.deliveryStatus = TestLog.DeliveryStatus.WORKS;
      assertThat(done.get(30, TimeUnit.SECONDS)).extracting(ImportReport::added).isEqualTo(24L);
      assertThat(log.renewed).contains(TestLog.LOBBY);
      assertThat(export(second)).isEqualTo(lines);
    }
  }

  @Test
  void anImportThatHasNotBegunWaitsUntilTheDatabaseCanBeWrittenAgain() throws Exception {
    Path file = file(export(first));
    try (TestLog log = new TestLog(second)) {
      // The import is handed over while a commit is under way that fails.
      CountDownLatch committing = new CountDownLatch(1);
      CountDownLatch handedOver = new CountDownLatch(1);
      log.beforeCommit =
          () -> {
            log.beforeCommit = () -> {};
            committing.countDown();
            awaitQuietly(handedOver);
          };
      log.deliveryStatus = TestLog.DeliveryStatus.FINDS_NO_ROOM;
      CompletableFuture<Outcome> refused = log.append(TestLog.chat("no cabe"), null);
      awaitQuietly(committing);
      CompletableFuture<@Nullable ImportReport> done = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              done.complete(
                  ImportTask.run(
                      log.journal,
                      log.folder.path(),
                      file,
                      read -> {
                        // It waits for the writer.
                        handedOver.countDown();
                      }));
            } catch (Exception e) {
              done.completeExceptionally(e);
            }
          });
      assertThat(refused.get(30, TimeUnit.SECONDS))
          .isEqualTo(new Outcome.Refused(ErrorCode.UNAVAILABLE));
      log.deliveryStatus = TestLog.DeliveryStatus.WORKS;
      assertThat(done.get(30, TimeUnit.SECONDS)).extracting(ImportReport::added).isEqualTo(24L);
      assertThat(log.renewed).contains(TestLog.LOBBY);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFolderWithoutADatabaseIsReportedAndNotCreated() {
    Path none = temp.resolve("none");
    assertThatThrownBy(() -> export(none))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining(none.toString())
        .hasMessageContaining("--data");
    assertThat(none).doesNotExist();
  }
}
