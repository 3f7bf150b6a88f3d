package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.journal.WriterHealth;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The data folder disappears under a journal, one of its files is truncated, or its disk does not
/// respond: publishing is refused with the reason, and it recovers by itself.
@Timeout(120)
final class LostFilesTest {
  private static final Outcome UNAVAILABLE = new Outcome.Refused(ErrorCode.UNAVAILABLE);

  @TempDir private Path temp;

  private interface Change {
    void make() throws IOException;
  }

  /// While nothing is written the journal looks by itself.
  private void isNoticed(TestLog log, Change change, String cause) throws IOException {
    assertThat(log.say(chat("before"), null)).isInstanceOf(Outcome.Stored.class);
    change.make();
    log.until(() -> log.journal.health().cause().contains(cause));
    assertThat(log.journal.append(new Draft.Append(TestLog.LOBBY, chat("lost"))))
        .isEqualTo(Appended.BACK_PRESSURED);
  }

  private static void heals(TestLog log) {
    log.until(() -> log.journal.health().ok());
    assertThat(log.say(chat("after"), null)).isInstanceOf(Outcome.Stored.class);
    assertThat(log.entries()).hasSize(2);
  }

  @Test
  void aMovedFolderIsDetectedAndRecoversWhenItIsBack() throws IOException {
    Path data = temp.resolve("data");
    try (TestLog log = new TestLog(data)) {
      Path away = temp.resolve("away");
      isNoticed(log, () -> Files.move(data, away), "no longer in the data folder");
      Files.move(away, data);
      heals(log);
    }
  }

  @Test
  void aReplacedFolderIsDetectedAndTheNewOneIsNotModified() throws IOException {
    Path data = temp.resolve("data");
    Path other = temp.resolve("other");
    SampleData.in(other);
    byte[] database = Files.readAllBytes(DataFolder.databaseIn(other));
    Path theirLog = Files.writeString(other.resolve("tertulia.sqlite-wal"), "not ours");
    try (TestLog log = new TestLog(data)) {
      Path away = temp.resolve("away");
      isNoticed(
          log,
          () -> {
            Files.move(data, away);
            Files.move(other, data);
          },
          "no longer in the data folder");
      assertThat(Files.readAllBytes(DataFolder.databaseIn(data))).isEqualTo(database);
      Files.move(data, other);
      assertThat(theirLog).hasContent("not ours");
      Files.move(away, data);
      heals(log);
    }
  }

  @Test
  void closingDoesNotModifyTheFilesOfAnotherFolder() throws IOException {
    Path data = temp.resolve("data");
    Path other = temp.resolve("other");
    SampleData.in(other);
    Path log = data.resolve("tertulia.sqlite-wal");
    try (TestLog ended = new TestLog(data)) {
      ended.say(chat("before"), null);
      Files.move(data, temp.resolve("away"));
      Files.move(other, data);
      Files.writeString(log, "not ours");
    }
    assertThat(log).hasContent("not ours");
  }

  /// SQLite looks whether the database is still in its place, and not whether its log is.
  @Test
  void closingDoesNotModifyAReplacedLog() throws IOException {
    Path data = temp.resolve("data");
    Path log = data.resolve("tertulia.sqlite-wal");
    try (TestLog ended = new TestLog(data)) {
      ended.leaveDamaged();
      ended.say(chat("before"), null);
      ended.skipped.addAndGet(TimeUnit.SECONDS.toNanos(1));
      // It has looked at the file by now.
      ended.say(chat("more"), null);
      Files.move(log, temp.resolve("away"));
      Files.writeString(log, "not ours");
    }
    assertThat(log).hasContent("not ours");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMissingDatabaseIsReportedAtTheNextStart(boolean cut) throws IOException {
    Path data = temp.resolve("data");
    SampleData.in(data);
    Path file = DataFolder.databaseIn(data);
    if (cut) {
      cut(file, 0);
    } else {
      Files.delete(file);
    }
    assertThatThrownBy(() -> new TestLog(data).close())
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("./tertulia restore");
  }

  @Test
  void aRemovedFolderIsDetectedAndNotCreatedAgain() throws IOException {
    Path data = temp.resolve("data");
    try (TestLog log = new TestLog(data)) {
      log.leaveDamaged();
      isNoticed(
          log,
          () -> {
            try (Stream<Path> files = Files.list(data)) {
              for (Path file : files.toList()) {
                Files.delete(file);
              }
            }
          },
          "no longer in the data folder");
      assertThat(data).isEmptyDirectory();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lock", "tertulia.sqlite", "tertulia.sqlite-wal", "tertulia.sqlite-shm"})
  void aReplacedFileIsDetectedAndRecoversWhenItIsBack(String name) throws IOException {
    Path data = temp.resolve("data");
    try (TestLog log = new TestLog(data)) {
      Path file = data.resolve(name);
      Path away = temp.resolve("away");
      isNoticed(
          log,
          () -> {
            Files.move(file, away);
            Files.copy(away, file);
          },
          "no longer in the data folder");
    }
  }

  @Test
  void publishingIsRefusedWhenTheFolderIsGone() throws IOException {
    Path data = temp.resolve("data");
    try (TestLog log = new TestLog(data)) {
      log.leaveDamaged();
      CountDownLatch blocked = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      log.beforeCommit =
          () -> {
            log.beforeCommit = () -> {};
            blocked.countDown();
            awaitUninterruptibly(go);
          };
      CompletableFuture<Outcome> first = log.append(chat("first"), null);
      awaitUninterruptibly(blocked);
      CompletableFuture<Outcome> second = log.append(chat("second"), null);
      Files.move(data, temp.resolve("away"));
      log.skipped.addAndGet(TimeUnit.SECONDS.toNanos(1));
      go.countDown();
      assertThat(TestLog.await(first)).isInstanceOf(Outcome.Stored.class);
      assertThat(TestLog.await(second)).isEqualTo(UNAVAILABLE);
    }
  }

  @Test
  void aTruncatedDatabaseIsDetectedAndRecoversWhenItIsBack() throws IOException {
    Path data = temp.resolve("data");
    try (TestLog log = new TestLog(data)) {
      Path file = DataFolder.databaseIn(data);
      byte[] whole = Files.readAllBytes(file);
      for (long size : new long[] {0, whole.length / 2}) {
        isNoticed(log, () -> cut(file, size), "it was truncated");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.write(java.nio.ByteBuffer.wrap(whole));
        }
        log.until(() -> log.journal.health().ok());
      }
      assertThat(log.entries()).hasSize(2);
    }
  }

  private static void cut(Path file, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }

  @Test
  void aDiskThatDoesNotRespondIsReportedUntilItDoes() {
    try (TestLog log = new TestLog(temp.resolve("data"))) {
      CountDownLatch blocked = new CountDownLatch(1);
      CountDownLatch answers = new CountDownLatch(1);
      log.beforeCommit =
          () -> {
            blocked.countDown();
            awaitUninterruptibly(answers);
          };
      CompletableFuture<Outcome> waiting = log.append(chat("waiting"), null);
      awaitUninterruptibly(blocked);
      assertThat(log.journal.health().ok()).isTrue();
      log.skipped.addAndGet(WriterHealth.STALL + 1);
      assertThat(log.journal.health().cause())
          .isEqualTo("cannot write the log: its disk does not respond");
      assertThat(log.journal.append(new Draft.Append(TestLog.LOBBY, chat("more"))))
          .isEqualTo(Appended.BACK_PRESSURED);
      answers.countDown();
      assertThat(TestLog.await(waiting)).isInstanceOf(Outcome.Stored.class);
      log.until(() -> log.journal.health().ok());
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
