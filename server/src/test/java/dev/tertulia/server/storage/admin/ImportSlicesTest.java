package dev.tertulia.server.storage.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A running journal imports in slices, between which others publish, and each of which leaves a
/// sound log.
final class ImportSlicesTest {
  private static final TopicName OTHER = TopicName.room(new RoomName("patio"));
  private static final int MESSAGES = 2000;

  @TempDir private Path temp;
  private Path here;
  private Path lines;
  private String exported = "";

  @BeforeEach
  void talkElsewhere() throws IOException {
    here = temp.resolve("here");
    Path there = temp.resolve("there");
    try (TestLog log = new TestLog(there)) {
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < MESSAGES; i++) {
        outcomes.add(log.append(TestLog.chat("number " + i), "id-" + i));
        if (outcomes.size() == 500) {
          outcomes.forEach(TestLog::await);
          outcomes.clear();
        }
      }
      outcomes.forEach(TestLog::await);
    }
    exported = export(there);
    lines = Files.writeString(temp.resolve("lines.jsonl"), exported);
  }

  private static String export(Path folder) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Export.of(folder, out, null, Progress.NONE);
    return out.toString(StandardCharsets.UTF_8);
  }

  private CompletableFuture<ImportReport> importing(TestLog log) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return ImportTask.run(log.journal, here, lines, read -> {});
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @Test
  void othersPublishBetweenSlicesAndTheTopicsOfTheLinesTakeNothing() throws Exception {
    try (TestLog log = new TestLog(here)) {
      AtomicInteger slices = new AtomicInteger();
      List<CompletableFuture<Outcome>> others = new ArrayList<>();
      List<CompletableFuture<Outcome>> same = new ArrayList<>();
      List<Long> heads = new ArrayList<>();
      log.beforeCommit =
          () -> {
            // The batch of a slice has no publication, and so it is seen by the size of the room.
            if (others.size() < 50) {
              others.add(
                  log.append(
                      OTHER, new Entry.Chat(TestLog.BEA, "Bea", "sigo"), null, TargetRule.ANY));
            }
            slices.incrementAndGet();
            String head = log.ask("SELECT head FROM topic WHERE name = 'lobby'");
            if (!head.isEmpty() && Long.parseLong(head) < MESSAGES) {
              heads.add(Long.parseLong(head));
              same.add(log.append(TestLog.chat("mientras"), null));
            }
          };
      ImportReport report = importing(log).join();
      log.beforeCommit = () -> {};
      assertThat(report.added()).isEqualTo(MESSAGES);
      assertThat(slices).hasValueGreaterThan(MESSAGES / ImportTask.SLICE_LINES);
      assertThat(heads.stream().distinct().count())
          .as("slices that were seen")
          .isGreaterThanOrEqualTo(MESSAGES / ImportTask.SLICE_LINES);
      for (CompletableFuture<Outcome> outcome : others) {
        assertThat(TestLog.await(outcome)).isInstanceOf(Outcome.Stored.class);
      }
      assertThat(same).isNotEmpty();
      for (CompletableFuture<Outcome> outcome : same) {
        assertThat(TestLog.await(outcome)).isEqualTo(new Outcome.Refused(ErrorCode.UNAVAILABLE));
      }
      assertThat(log.entries()).hasSize(MESSAGES);
      assertThat(log.say(TestLog.chat("luego"), null)).isInstanceOf(Outcome.Stored.class);
    }
    assertThat(Check.of(here, Progress.NONE).findings()).isEmpty();
    leavesNoFiles();
  }

  /// As a kill between two slices would.
  @Test
  void anImportThatEndsBetweenSlicesLeavesASoundLogAndIsCompletedByTheNext() throws Exception {
    try (TestLog log = new TestLog(here)) {
      AtomicInteger commits = new AtomicInteger();
      log.beforeCommit =
          () -> {
            if (!log.ask("SELECT 1 FROM topic WHERE name = 'lobby'").isEmpty()
                && commits.incrementAndGet() == 3) {
              log.failCommits(true);
            }
          };
      assertThatThrownBy(() -> importing(log).join())
          .rootCause()
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining("a part of the lines may have been imported");
      log.beforeCommit = () -> {};
      log.failCommits(false);
      log.until(() -> log.journal.health().ok());
      assertThat(log.entries().size()).isBetween(1, MESSAGES - 1);
      assertThat(Check.of(here, Progress.NONE).findings()).isEmpty();
      ImportReport report = importing(log).join();
      assertThat(report.added()).isPositive();
      assertThat(report.added() + report.present()).isEqualTo(MESSAGES);
    }
    assertThat(export(here)).isEqualTo(exported);
    leavesNoFiles();
  }

  @Test
  void aConflictIsFoundBeforeAnythingIsChanged() throws Exception {
    try (TestLog log = new TestLog(here)) {
      log.stored(TestLog.chat("de aquí"), null);
      int commits = log.commits.get();
      assertThatThrownBy(() -> importing(log).join()).rootCause().hasMessageContaining("conflict");
      assertThat(log.commits.get()).isEqualTo(commits);
      assertThat(log.entries()).hasSize(1);
    }
    leavesNoFiles();
  }

  @Test
  void linesThatAreThereChangeNothing() throws Exception {
    Import.into(here, lines, FolderServer.NONE, Progress.NONE);
    String before = export(here);
    try (TestLog log = new TestLog(here)) {
      ImportReport report = importing(log).join();
      assertThat(report.present()).isEqualTo(MESSAGES);
      assertThat(report.added()).isZero();
      assertThat(export(here)).isEqualTo(before);
    }
  }

  /// What a process that was killed has left contains texts.
  @Test
  void leftoversAreRemovedByTheNextStart() throws Exception {
    try (TestLog log = new TestLog(here)) {
      for (String name : List.of("import.sqlite", "import.sqlite-wal", "import.jsonl")) {
        Files.writeString(here.resolve(name), "secreto");
      }
      new RunningOperations(
              here,
              List.of(new RunningOperations.Place(log.journal, log.folder.database())),
              client -> {},
              log.guard())
          .close();
    }
    leavesNoFiles();
  }

  private void leavesNoFiles() throws IOException {
    try (var files = Files.list(here)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("import"));
    }
  }
}
