package dev.tertulia.server.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.storage.LogFixture;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The write-ahead log goes into the database beside the writer.
final class CheckpointerTest {
  @TempDir private Path folder;
  private LogFixture log;

  @BeforeEach
  void open() throws SQLException {
    log = new LogFixture(folder);
  }

  @AfterEach
  void close() throws SQLException {
    log.database.close();
    log.close();
  }

  /// A write-ahead log, as one connection finds it.
  ///
  /// @param pages that are in it
  /// @param brought how many of them are in the database too
  private record State(int pages, int brought) {}

  private State state() throws SQLException {
    try (Connection reader = SqliteDatabase.reading(log.file()).connectReader();
        Statement statement = reader.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(NOOP)")) {
      assertThat(result.next()).isTrue();
      return new State(result.getInt("log"), result.getInt("checkpointed"));
    }
  }

  private void write() throws SQLException {
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      log.addAny(random, 5);
    }
    log.connection.commit();
  }

  @Test
  void aCheckpointRunsWhileTheWriterIsIdle() throws SQLException {
    write();
    State before = state();
    assertThat(before.brought()).isZero();
    log.database.tend(log.connection, 8 * Checkpointer.DUE_PAGES);
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(
            () -> assertThat(state()).isEqualTo(new State(before.pages(), before.pages())));
  }

  @Test
  void theWriterCompletesTheCheckpointAndTheLogRestarts() throws SQLException {
    write();
    State before = state();
    log.database.tend(log.connection, 8 * Checkpointer.DUE_PAGES);
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> {
          log.addAny(new Random(2), 5);
          log.connection.commit();
          log.database.tend(log.connection, 1);
          return state().pages() < before.pages();
        });
  }

  /// What the writer has read since its last commit must not keep its own log from being emptied.
  @Test
  void theLogIsEmptiedThoughTheWriterHasReadSinceItsLastCommit() throws SQLException {
    write();
    try (Statement statement = log.connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT count(*) FROM entry")) {
      assertThat(result.next()).isTrue();
    }
    assertThat(log.database.purge(log.connection)).isTrue();
    assertThat(state().pages()).isZero();
  }

  @Test
  void aSmallLogIsNotCheckpointed() throws SQLException {
    write();
    State before = state();
    log.database.tend(log.connection, 1);
    log.database.close();
    assertThat(state()).isEqualTo(before);
  }
}
