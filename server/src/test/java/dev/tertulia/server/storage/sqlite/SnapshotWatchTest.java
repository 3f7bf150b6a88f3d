package dev.tertulia.server.storage.sqlite;

import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations.ExportReport;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.admin.Export;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A snapshot that is held for too long does not hold the server's write-ahead log for ever.
@Timeout(120)
final class SnapshotWatchTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final String TEXT = "x".repeat(1 << 20);

  @TempDir private Path folder;
  private Path log;

  @BeforeEach
  void name() {
    log = folder.resolve("tertulia.sqlite-wal");
  }

  private CompletableFuture<ExportReport> export(PipedInputStream pipe, SnapshotWatch.Bounds bounds)
      throws IOException {
    PipedOutputStream out = new PipedOutputStream(pipe);
    return CompletableFuture.supplyAsync(() -> {
      try (out;
          SqliteSnapshot snapshot = SqliteSnapshot.of(DataFolder.databaseIn(folder), bounds)) {
        return Export.of(snapshot, out, null, false, Progress.NONE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  private static void read(PipedInputStream pipe) throws IOException {
    byte[] bytes = new byte[1 << 16];
    while (pipe.read(bytes) >= 0) {
      // As if somebody had begun to read again.
    }
  }

  @Test
  void anExportWithUnreadOutputReleasesTheLog() throws Exception {
    try (TestLog journal = new TestLog(folder);
        PipedInputStream pipe = new PipedInputStream()) {
      for (int i = 0; i < 5; i++) {
        journal.say(chat(TEXT), null);
      }
      CompletableFuture<ExportReport> exporting =
          export(pipe, new SnapshotWatch.Bounds(Duration.ofMillis(100), Long.MAX_VALUE));
      // It has begun, and waits.
      assertThat(pipe.read()).isEqualTo('{');
      // A deletion has the log emptied soon.
      journal.say(new dev.tertulia.server.model.Entry.Deletion(TestLog.ANA, 1), null);
      journal.until(() -> Files.size(log) == 0);
      read(pipe);
      assertThatThrownBy(() -> exporting.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(DataFolderException.class)
          .hasMessageContaining("its output was not read")
          .hasMessageContaining("--to");
    }
  }

  @Test
  void anExportDuringWhichTooMuchIsWrittenIsAborted() throws Exception {
    try (TestLog journal = new TestLog(folder);
        PipedInputStream pipe = new PipedInputStream()) {
      for (int i = 0; i < 5; i++) {
        journal.say(chat(TEXT), null);
      }
      CompletableFuture<ExportReport> exporting =
          export(pipe, new SnapshotWatch.Bounds(LONG, 4 << 20));
      assertThat(pipe.read()).isEqualTo('{');
      for (int i = 0; i < 8; i++) {
        journal.say(chat(TEXT), null);
      }
      journal.say(new dev.tertulia.server.model.Entry.Deletion(TestLog.ANA, 1), null);
      journal.until(() -> Files.size(log) == 0);
      read(pipe);
      assertThatThrownBy(() -> exporting.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(DataFolderException.class)
          .hasMessageContaining("more than 4 MiB");
    }
  }

  /// It writes 80 MiB.
  @Tag("long")
  @Test
  void aGrownLogIsTruncatedWhenNoSnapshotIsRead() throws Exception {
    try (TestLog journal = new TestLog(folder)) {
      journal.say(chat(TEXT), null);
      try (SqliteSnapshot reading = SqliteSnapshot.of(DataFolder.databaseIn(folder))) {
        assertThat(reading.number("SELECT count(*) FROM entry")).isEqualTo(1);
        while (Files.size(log) <= SqliteDatabase.LOG_BYTES) {
          journal.say(chat(TEXT.repeat(8)), null);
        }
      }
      journal.until(() -> Files.size(log) == 0);
    }
  }
}
