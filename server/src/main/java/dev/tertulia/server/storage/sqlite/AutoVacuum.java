package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.StorageFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/// The setting by which a database keeps track of what refers to each page, so that its file can
/// become smaller in steps. SQLite fixes it when the file gets its first table, so that a file of
/// version 0.1.0 has to be rewritten once.
final class AutoVacuum {
  private static final Logger log = LoggerFactory.getLogger(AutoVacuum.class);

  /// Pages are given back when asked for, not in each commit.
  static final String SET = "PRAGMA auto_vacuum = INCREMENTAL";

  private static final int INCREMENTAL = 2;

  /// The disk space that is left free by a rewrite, in bytes.
  private static final long SPARE_BYTES = 64L << 20;

  private AutoVacuum() {}

  /// Whether a database has it.
  static boolean isSet(Connection connection) throws SQLException {
    return SqliteDatabase.number(connection, "PRAGMA auto_vacuum") == INCREMENTAL;
  }

  /// Sets it in an empty file. Any other file stays as it is.
  static void prepare(Path file) throws SQLException, IOException {
    if (Files.size(file) > 0) {
      return;
    }
    try (Connection connection = open(file);
        Statement statement = connection.createStatement()) {
      statement.execute(SET);
      // Writes the first page.
      statement.execute("PRAGMA journal_mode = WAL");
    }
  }

  /// Gives it to the database of a folder that does not have it, by rewriting that: a copy is made
  /// beside it, and takes its place at once. If that is not possible at the moment, the database
  /// stays as it is, and the log says why.
  ///
  /// The database must not be open in this process.
  static void adopt(DataFolder folder, Progress progress) throws SQLException, IOException {
    Path database = folder.database();
    try (Connection connection = open(database)) {
      if (isSet(connection)) {
        return;
      }
    }
    long bytes = Files.size(database);
    if (Files.getFileStore(folder.path()).getUsableSpace() < bytes + SPARE_BYTES) {
      postponed(database, "that needs %s MiB of free disk space".formatted((bytes >> 20) + 64));
      return;
    }
    if (!emptyLog(database)) {
      postponed(database, "another program reads it");
      return;
    }
    Path fresh = SqliteDatabase.beside(database, ".new");
    try {
      progress.at("bytes copied", 0, bytes);
      CompactCopy.make(database, fresh, progress);
      CompactCopy.replace(folder, fresh);
    } catch (CorruptionException | DataFolderException | IOException e) {
      postponed(database, String.valueOf(e.getMessage()));
    } finally {
      SqliteDatabase.remove(fresh);
    }
  }

  private static void postponed(Path database, String why) {
    log.warn(
        "The file {} can't become smaller until it was rewritten, which the next start tries again:"
            + " {}. Free some space, or end what holds the database, and restart",
        database,
        why);
  }

  private static boolean emptyLog(Path database) throws SQLException {
    try (Connection connection = open(database);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
      return result.next() && result.getInt(1) == 0;
    } catch (SQLException e) {
      if (StorageFault.of(e) == StorageFault.LOCKED) {
        return false;
      }
      throw e;
    }
  }

  private static Connection open(Path file) throws SQLException {
    return SqliteConnections.open(file, new SQLiteConfig(), SqliteConnections.Access.WRITE);
  }
}
