package dev.tertulia.server.storage;

import dev.tertulia.server.engine.EngineGuard;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings SQLite's write-ahead log into the database while the writer goes on, on a thread and a
/// connection of its own. So nobody who waits for an `ok` waits for that, which takes a tenth of a
/// second and more.
///
/// The write-ahead log begins anew only once all of it is in the database. A pass that goes beside
/// the writer ends before what was written meanwhile; the next one has less to do. When little is
/// left, the writer brings that in itself, between two commits. Should all this fail or lag behind,
/// then SQLite itself does it within a commit, past [#MOST_PAGES].
final class Checkpointer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);

  /// About so many pages of the write-ahead log make it worth while: 16 MiB. Pages that change
  /// again and again within them are written once.
  static final int DUE_PAGES = 4096;

  /// The pages of the write-ahead log past which a commit waits: 64 MiB.
  static final int MOST_PAGES = 4 * DUE_PAGES;

  /// What the writer may be left with.
  private static final int LITTLE = 64;

  private static final int MOST_PASSES = 4;

  private final SqliteDatabase database;
  private final BesideWriter work;
  private volatile boolean nearlyDone;

  /// About how many pages were written since the last time. The writer's.
  private int pages;

  Checkpointer(SqliteDatabase database, EngineGuard guard) {
    this.database = database;
    work = new BesideWriter("checkpoints", Duration.ZERO, this::checkpoint, guard);
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

  /// Brings the rest in, if only a little is left. The writer's thread, between transactions.
  void finish(Connection writer) throws SQLException {
    if (nearlyDone) {
      nearlyDone = false;
      pass(writer);
    }
  }

  /// The writer's thread, or whoever comes after it.
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
    } catch (SQLException e) {
      // Whatever it is, the writer meets it too, and says so.
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
