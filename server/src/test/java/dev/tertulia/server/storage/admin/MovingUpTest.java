package dev.tertulia.server.storage.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.Erasure;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.OnlineOperations;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.SampleData;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.TestStore;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.topic.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Data that moves from SQLite to PostgreSQL and back, and what the commands do with it there.
final class MovingUpTest {
  private static final String SECRET = "secreto";

  @TempDir private Path temp;
  private Path first;
  private Path second;
  private final DataFolderOperations files = new FolderOperations(FolderServer.NONE);
  private final String url = Postgres.shared().newDatabase();
  private final PostgresAddress address = PostgresAddress.of(url, null);
  private final DataFolderOperations database = new DatabaseOperations(address, FolderServer.NONE);

  @BeforeEach
  void talk() {
    first = temp.resolve("first");
    second = temp.resolve("second");
    SampleData.in(first);
  }

  private static String export(DataFolderOperations from, Path folder) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> findings = new ArrayList<>();
    from.export(folder, out, findings::add, false, Progress.NONE);
    assertThat(findings).isEmpty();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static ImportReport importInto(DataFolderOperations into, Path folder, String lines)
      throws IOException {
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    return into.importLines(folder, new ByteArrayInputStream(bytes), Progress.NONE);
  }

  private void assertSound() {
    assertThat(database.check(temp, Progress.NONE).findings()).isEmpty();
  }

  @Test
  void whatMovesThereAndBackIsTheSameByteForByte() throws IOException {
    String lines = export(files, first);
    ImportReport report = importInto(database, temp, lines);
    assertThat(report.added()).isEqualTo(24);
    assertThat(export(database, temp)).isEqualTo(lines);
    assertSound();
    importInto(files, second, export(database, temp));
    assertThat(export(files, second)).isEqualTo(lines);
  }

  @Test
  void importingAgainChangesNothingAndLaterEntriesAreAdded() throws IOException {
    String lines = export(files, first);
    importInto(database, temp, lines);
    assertThat(importInto(database, temp, lines).added()).isZero();
    assertThat(export(database, temp)).isEqualTo(lines);
    SampleData.in(first);
    String more = export(files, first);
    assertThat(importInto(database, temp, more).present()).isEqualTo(24);
    assertThat(export(database, temp)).isEqualTo(more);
    // What is there and goes further stays, though less is imported.
    importInto(database, temp, lines);
    assertThat(export(database, temp)).isEqualTo(more);
    assertSound();
  }

  @Test
  void aBadLineChangesNothing() throws IOException {
    String lines = export(files, first);
    importInto(database, temp, lines);
    SampleData.in(first);
    String more = export(files, first).replace("secreto cuatro", "otra cosa");
    assertThatThrownBy(() -> importInto(database, temp, more))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("conflict: at offset 1 of room:patio")
        .hasMessageContaining("Nothing was changed");
    String nul = lines.replace("\"id\":\"a1-0\"", "\"id\":\"a\\u0000\"");
    for (DataFolderOperations each : List.of(database, files)) {
      assertThatThrownBy(() -> importInto(each, temp.resolve("new"), nul))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("U+0000");
    }
    assertThat(export(database, temp)).isEqualTo(lines);
  }

  @Test
  void aClientIsErasedAsFromAFolder() throws IOException {
    String lines = export(files, first);
    importInto(database, temp, lines);
    for (DataFolderOperations each : List.of(files, database)) {
      try (Erasure erasure = each.erasure(first, "ana", Progress.NONE)) {
        assertThat(erasure.isServed()).isFalse();
        assertThat(erasure.counts().messages()).isPositive();
        erasure.carryOut(Progress.NONE);
      }
    }
    String erased = export(database, temp);
    assertThat(erased).isEqualTo(export(files, first)).doesNotContain(SECRET, "\"ana\"");
    assertSound();
    try (Erasure again = database.erasure(temp, "ana", Progress.NONE)) {
      assertThat(again.counts().isNothing()).isTrue();
    }
  }

  @Test
  void whileAServerUsesTheDatabaseNothingIsChangedBesideIt() throws IOException, SQLException {
    String lines = export(files, first);
    try (PostgresDatabase served = PostgresDatabase.open(address);
        Connection writer = served.connect()) {
      writer.rollback();
      assertThatThrownBy(() -> importInto(database, temp, lines))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining("a server uses the database");
      try (Erasure erasure = database.erasure(temp, "ana", Progress.NONE)) {
        assertThat(erasure.isServed()).isTrue();
      }
      assertThat(database.keys(temp)).isNull();
      assertSound();
      Connection alone = served.connectAlone();
      assertThat(alone).isNull();
    }
    try (PostgresDatabase commanded = PostgresDatabase.open(address);
        Connection alone = commanded.connectAlone()) {
      assertThat(alone).isNotNull();
      assertThatThrownBy(commanded::connect).hasMessageContaining("a command, such as an import");
    }
    importInto(database, temp, lines);
  }

  @Test
  void aServerImportsAndErasesWhileItServes() throws Exception {
    Path lines = Files.writeString(temp.resolve("lines.jsonl"), export(files, first));
    Path folder = temp.resolve("served");
    try (TestLog log = new TestLog(folder, TestStore.POSTGRES);
        PostgresDatabase read = (PostgresDatabase) TestStore.POSTGRES.open(log.folder)) {
      List<ClientId> disconnected = Collections.synchronizedList(new ArrayList<>());
      try (RunningOperations running =
          new RunningOperations(
              folder,
              List.of(new RunningOperations.Place(log.journal, read.reader(), "served")),
              disconnected::add,
              EngineGuard.ofNoProcess())) {
        assertThat(end(running.importLines(lines)))
            .isInstanceOfSatisfying(
                OnlineOperations.Imported.class,
                imported -> assertThat(imported.report().added()).isEqualTo(24));
        assertThat(exportOf(read)).isEqualTo(Files.readString(lines));
        // Other servers learn from the batches that they know nothing of these topics.
        assertThat(
                log.ask(
                    "SELECT count(DISTINCT t.id) FROM topic AS t JOIN batch AS b"
                        + " ON ',' || b.entries || ',' LIKE '%,' || t.id || ':*,%'"))
            .isEqualTo("5");
        assertThat(end(running.importLines(lines)))
            .isInstanceOfSatisfying(
                OnlineOperations.Imported.class,
                imported -> assertThat(imported.report().added()).isZero());
        assertThat(end(running.erase(TestLog.ANA))).isInstanceOf(OnlineOperations.Erased.class);
        assertThat(disconnected).containsOnly(TestLog.ANA);
      }
      try (Erasure erasure = files.erasure(first, "ana", Progress.NONE)) {
        erasure.carryOut(Progress.NONE);
      }
      assertThat(exportOf(read)).isEqualTo(export(files, first)).doesNotContain(SECRET);
      assertThat(log.stored(TestLog.chat("sigue"), null).position()).isNotNull();
    }
  }

  /// Between two slices of a topic only its own server refuses drafts for it.
  @Test
  void whatAnotherServerPublishesBetweenTwoSlicesIsKept() throws Exception {
    byte[] lines = export(files, first).getBytes(StandardCharsets.UTF_8);
    // The first topic, with its entries, is the lobby; then there is more that belongs to it.
    int entries = 11;
    try (TestLog other = new TestLog(temp.resolve("other"), TestStore.POSTGRES);
        PostgresDatabase shared = (PostgresDatabase) TestStore.POSTGRES.open(other.folder);
        LogTables tables = LogTables.alone(shared.connect(), Tables.ALL)) {
      Import importing =
          new Import(tables, new ByteArrayInputStream(lines), Progress.NONE, lines.length);
      assertThat(importing.read(1 + entries, Long.MAX_VALUE)).isTrue();
      shared.commit(tables.connection());
      Outcome.Stored published = other.stored(TestLog.chat("en medio"), null);
      assertThatThrownBy(() -> importing.read(Integer.MAX_VALUE, Long.MAX_VALUE))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("something was changed in room:lobby");
      tables.rollback();
      assertThat(other.entries().getLast().position()).isEqualTo(published.position());
      Outcome.Stored next = other.stored(TestLog.chat("después"), null);
      assertThat(requireNonNull(next.position()).offset())
          .isEqualTo(requireNonNull(published.position()).offset() + 1);
    }
  }

  private static OnlineOperations.State end(OnlineOperations.Start start)
      throws InterruptedException {
    OnlineOperations.Operation operation = ((OnlineOperations.Begun) start).operation();
    try {
      return operation.await(Duration.ofSeconds(60));
    } finally {
      operation.leave();
    }
  }

  private static String exportOf(PostgresDatabase from) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Snapshot snapshot = from.snapshot()) {
      Export.of(snapshot, out, null, false, Progress.NONE);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private int transactions() {
    return Integer.parseInt(
        Postgres.ask(
            url,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"));
  }

  @Test
  void noTransactionWaitsForASlowPipe() throws Exception {
    String lines = export(files, first);
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    PipedOutputStream writer = new PipedOutputStream();
    try (PipedInputStream reader = new PipedInputStream(writer, bytes.length)) {
      CompletableFuture<ImportReport> imported =
          CompletableFuture.supplyAsync(() -> {
            try {
              return database.importLines(temp, reader, Progress.NONE);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      writer.write(bytes, 0, bytes.length / 2);
      writer.flush();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> reader.available() == 0 && transactions() == 0);
      assertThat(imported).isNotDone();
      writer.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
      writer.close();
      assertThat(imported.get(60, TimeUnit.SECONDS).added()).isEqualTo(24);
    }
    ByteArrayOutputStream slow =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] taken, int from, int length) {
            assertThat(transactions()).isZero();
            super.write(taken, from, length);
          }
        };
    database.export(temp, slow, finding -> {}, false, Progress.NONE);
    assertThat(slow.toString(StandardCharsets.UTF_8)).isEqualTo(lines);
  }

  @Test
  void damageIsFoundAndLeftOutOnRequest() throws IOException {
    importInto(database, temp, export(files, first));
    Postgres.ask(
        url,
        "UPDATE entry SET body = '{}' WHERE topic_id = 1 AND entry_offset = 2;"
            + " DELETE FROM entry WHERE topic_id = 1 AND entry_offset = 11");
    assertThat(database.check(temp, Progress.NONE).findings())
        .hasSizeGreaterThan(1)
        .first()
        .satisfies(finding -> {
          assertThat(finding.what()).contains("topic 1, offset 2");
          assertThat(finding.remedy()).contains("./tertulia export", "pg_restore");
        });
    assertThatThrownBy(() -> export(database, temp))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("--skip-damaged");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> findings = new ArrayList<>();
    database.export(temp, out, findings::add, true, Progress.NONE);
    assertThat(findings).hasSizeGreaterThan(1);
    String saved = out.toString(StandardCharsets.UTF_8);
    importInto(files, second, saved);
    assertThat(export(files, second)).contains("\"client\":\"~lost\"", "secreto dos");
    assertThat(files.check(second, Progress.NONE).findings()).isEmpty();
  }

  /// Somebody may have named another database by mistake.
  @Test
  void nothingIsCreatedByWhoeverOnlyReads() {
    for (Runnable reads :
        List.<Runnable>of(
            () -> database.check(temp, Progress.NONE),
            () -> database.erasure(temp, "ana", Progress.NONE).close(),
            () -> {
              try {
                export(database, temp);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            })) {
      assertThatThrownBy(reads::run)
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining("has no tables of Tertulia");
    }
    assertThat(Postgres.ask(url, "SELECT to_regnamespace('tertulia') IS NULL")).isEqualTo("t");
    PostgresDatabase.open(address).close();
    Postgres.ask(url, "DELETE FROM flyway_schema_history WHERE version = '2'");
    assertThatThrownBy(() -> database.check(temp, Progress.NONE))
        .hasMessageContaining("created by an older Tertulia");
  }

  @Test
  void backupAndRestoreNameTheProgramsOfPostgres() {
    assertThatThrownBy(() -> database.backup(temp, temp.resolve("b"), Progress.NONE))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("pg_dump");
    assertThatThrownBy(() -> database.restore(temp, temp.resolve("b"), true, Progress.NONE))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("pg_restore");
  }
}
