package dev.tertulia.server.storage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.storage.DataFolderOperations.BackupReport;
import dev.tertulia.server.storage.DataFolderOperations.RestoreReport;
import dev.tertulia.server.storage.admin.Backup;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.admin.Export;
import dev.tertulia.server.storage.admin.Restore;
import dev.tertulia.server.storage.sqlite.HeadNote;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BackupRestoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:15:30Z");

  @TempDir private Path temp;
  private Path data;
  private Path backup;

  @BeforeEach
  void talk() {
    data = temp.resolve("data");
    backup = temp.resolve("backup.sqlite");
    SampleData.in(data);
  }

  private static String export(Path folder) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Export.of(folder, out, null, Progress.NONE);
    return out.toString(StandardCharsets.UTF_8);
  }

  private RestoreReport restore(Path folder, boolean replace) {
    return Restore.into(folder, backup, replace, () -> NOW, Progress.NONE);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aBackupRestoredElsewhereIsTheSame() throws IOException {
    BackupReport report = Backup.make(data, backup, Progress.NONE);
    assertThat(report.entries()).isEqualTo(24);
    Path other = temp.resolve("other");
    assertThat(restore(other, false).aside()).isNull();
    assertThat(export(other)).isEqualTo(export(data));
    assertThat(Check.of(other, Progress.NONE).findings()).isEmpty();
    assertThat(names(temp)).containsExactly("backup.sqlite", "data", "other");
  }

  @Test
  void theRestoredHeadIsRecordedSoThatALaterLossIsDetected() throws Exception {
    Backup.make(data, backup, Progress.NONE);
    SampleData.in(data);
    restore(data, true);
    assertThat(Check.of(data, Progress.NONE).findings()).isEmpty();
    HeadNote.Head head = requireNonNull(HeadNote.read(DataFolder.headNoteIn(data)));
    try (TestLog log = new TestLog(data)) {
      assertThat(log.ask("SELECT max(seq) FROM batch WHERE term = " + head.term()))
          .isEqualTo(Long.toString(head.seq()));
    }
  }

  @Test
  void aBackupDuringWritesIsAConsistentSnapshot() throws Exception {
    try (TestLog log = new TestLog(data)) {
      AtomicBoolean more = new AtomicBoolean(true);
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                while (more.get()) {
                  log.stored(TestLog.chat("sin parar"), null);
                }
              });
      try {
        for (int i = 0; i < 5; i++) {
          int before = log.publications.size();
          BackupReport report = Backup.make(data, temp.resolve(i + ".sqlite"), Progress.NONE);
          assertThat(report.entries()).isGreaterThanOrEqualTo(24 + before);
          log.until(() -> log.publications.size() > before);
        }
      } finally {
        more.set(false);
        writer.join();
      }
    }
    assertThat(names(temp))
        .containsExactlyElementsOf(
            Stream.concat(IntStream.range(0, 5).mapToObj(i -> i + ".sqlite"), Stream.of("data"))
                .toList());
  }

  @Test
  void anExistingDatabaseIsMovedAsideOnReplace() throws IOException {
    Backup.make(data, backup, Progress.NONE);
    String then = export(data);
    SampleData.in(data);
    String now = export(data);
    assertThatThrownBy(() -> restore(data, false))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("--replace");
    assertThat(export(data)).isEqualTo(now);
    Path aside = requireNonNull(restore(data, true).aside());
    assertThat(aside).isEqualTo(data.resolve("replaced-20261124-101530"));
    assertThat(export(data)).isEqualTo(then);
    assertThat(export(aside)).isEqualTo(now);
    assertThat(Check.of(aside, Progress.NONE).findings()).isEmpty();
    assertThat(restore(data, true).aside()).isEqualTo(data.resolve("replaced-20261124-101530-2"));
  }

  @Test
  void aRestoreOverARunningServerIsRefused() {
    Backup.make(data, backup, Progress.NONE);
    try (TestLog log = new TestLog(data)) {
      assertThat(log.stored(TestLog.chat("hola"), null)).isNotNull();
      assertThatThrownBy(() -> restore(data, true))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
  }

  /// What a server that was killed has not brought into its database must not come into the
  /// restored one, whether its database is still there or not.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStaleWriteAheadLogIsNotMixedIntoTheRestoredDatabase(boolean deleted) throws IOException {
    Backup.make(data, backup, Progress.NONE);
    String then = export(data);
    Path killed = Files.createDirectory(temp.resolve("killed"));
    try (TestLog log = new TestLog(data)) {
      for (int i = 0; i < 20; i++) {
        log.stored(TestLog.chat("más tarde " + i), null);
      }
      for (String name : names(data)) {
        Files.copy(data.resolve(name), killed.resolve(name));
      }
    }
    assertThat(killed.resolve("tertulia.sqlite-wal")).isNotEmptyFile();
    if (deleted) {
      Files.delete(DataFolder.databaseIn(killed));
    }
    Path aside = restore(killed, !deleted).aside();
    assertThat(names(killed)).doesNotContain("tertulia.sqlite-wal", "tertulia.sqlite-shm");
    assertThat(export(killed)).isEqualTo(then);
    assertThat(Check.of(killed, Progress.NONE).findings()).isEmpty();
    try (TestLog log = new TestLog(killed)) {
      assertThat(log.stored(TestLog.chat("sigue"), null)).isNotNull();
    }
    if (!deleted) {
      assertThat(export(requireNonNull(aside))).contains("más tarde 19");
    }
  }

  @Test
  void aDamagedBackupIsRefusedAndNothingIsChanged() throws IOException {
    Backup.make(data, backup, Progress.NONE);
    String before = export(data);
    flip(backup, "en el patio");
    assertThatThrownBy(() -> restore(data, true))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("is damaged")
        .hasMessageContaining("nothing was changed");
    assertThat(export(data)).isEqualTo(before);
    assertThat(names(data)).noneMatch(name -> name.startsWith("replaced") || name.contains("new"));
    Files.writeString(backup, "no database at all, but some text");
    assertThatThrownBy(() -> restore(data, true)).isInstanceOf(CorruptionException.class);
    Files.delete(backup);
    assertThatThrownBy(() -> restore(data, true))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("--from");
  }

  @Test
  void aDamagedDatabaseIsNotBackedUp() throws IOException {
    flip(DataFolder.databaseIn(data), "en el patio");
    assertThatThrownBy(() -> Backup.make(data, backup, Progress.NONE))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("no backup was made");
    assertThat(names(temp)).containsExactly("data");
  }

  @Test
  void anExistingFileIsNotOverwritten() throws IOException {
    Files.writeString(backup, "mine");
    assertThatThrownBy(() -> Backup.make(data, backup, Progress.NONE))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("--to");
    assertThat(backup).hasContent("mine");
    assertThatThrownBy(
            () -> Backup.make(data, temp.resolve("no/such/folder.sqlite"), Progress.NONE))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("does not exist");
  }

  private static void flip(Path file, String text) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int at = new String(all, StandardCharsets.ISO_8859_1).indexOf(text);
    assertThat(at).isPositive();
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(at);
      out.write(all[at] ^ 1);
    }
  }
}
