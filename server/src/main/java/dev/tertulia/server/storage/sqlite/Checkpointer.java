package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.engine.EngineGuard;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checkpoints SQLite's write-ahead log while the writer continues, on its own thread and
/// connection, so that no commit waits for a checkpoint, which takes a tenth of a second and more.
///
/// The write-ahead log restarts only once all of it is in the database. A pass beside the writer
/// ends before what is written meanwhile, so the next pass has less to do. When little is left, the
/// writer completes the checkpoint itself between two commits. If all this fails or lags behind,
/// SQLite checkpoints within a commit, above [#MOST_PAGES].
final class Checkpointer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);

  /// About so many pages of the write-ahead log make it worth while: 16 MiB. Pages that change
  /// again and again within them are written once.
  static final int DUE_PAGES = 4096;

  /// The pages of the write-ahead log past which a commit waits: 64 MiB.
  static final int MOST_PAGES = 4 * DUE_PAGES;

  /// The number of pages left to the writer.
  private static final int LITTLE = 64;

  private static final int MOST_PASSES = 4;

  private final SqliteDatabase database;
  private final BackgroundTask work;
  private volatile boolean nearlyDone;
  private volatile boolean ended;

  /// About how many pages were written since the last time. The writer's.
  private int pages;

  Checkpointer(SqliteDatabase database, EngineGuard guard) {
    this.database = database;
    work = new BackgroundTask("checkpoints", Duration.ZERO, this::checkpoint, guard);
  }

  /// A batch with so many entries was committed. The writer's thread.
  void wrote(int entries) {
    // A few pages that change each time, and room for the entries.
    pages += 8 + entries / 8;
    if (pages >= DUE_PAGES) {
      pages = 0;
      work.wake();
    }
  }

  /// Begins a checkpoint, however little there is to do. The writer's thread.
  void begin() {
    pages = 0;
    work.wake();
  }

  /// Whether a checkpoint has ended since the last call: little is left then. The writer's thread.
  boolean hasEnded() {
    boolean since = ended;
    ended = false;
    return since;
  }

  /// Brings the rest in, if only a little is left. The writer's thread, between transactions.
  void finish(Connection writer) throws SQLException {
    if (nearlyDone) {
      nearlyDone = false;
      pass(writer);
    }
  }

  /// For the writer's thread, or its successor.
  @Override
  public void close() {
    work.close();
  }

  private void checkpoint() {
    try (Connection connection = database.connectReader()) {
      int left = Integer.MAX_VALUE;
      for (int i = 0; i < MOST_PASSES && left > LITTLE && work.isOpen(); i++) {
        left = pass(connection);
      }
      nearlyDone = true;
      ended = true;
    } catch (SQLException e) {
      // The writer meets the same failure, and reports it.
      log.debug("Failed to checkpoint the write-ahead log", e);
    }
  }

  /// @return how many pages are left
  private static int pass(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(PASSIVE)")) {
      return result.next() ? result.getInt("log") - result.getInt("checkpointed") : 0;
    }
  }
}
