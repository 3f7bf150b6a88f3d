package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.PrivateFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/// A consistent snapshot of a database, for a program that only reads it. Writers are not blocked,
/// and the file is not changed. For one thread.
public final class Snapshot implements AutoCloseable {
  private static final int BUSY_MILLIS = 5000;
  private static final int CACHE_KIB = 4 * 1024;

  private final Path file;
  private final Connection connection;
  private final SnapshotWatch watch;

  private Snapshot(Path file, SQLiteConnection connection, SnapshotWatch.Bounds bounds) {
    this.file = file;
    this.connection = connection;
    watch = SnapshotWatch.start(file, connection, bounds);
  }

  /// Opens `file`, whether or not other processes have it open.
  ///
  /// @throws DataFolderException if the file does not exist, can't be read, or does not have the
  ///   tables of this version
  /// @throws CorruptionException if it is damaged, or no database
  public static Snapshot of(Path file) {
    return of(file, SnapshotWatch.Bounds.DEFAULT);
  }

  /// As above.
  ///
  /// @param bounds past which it is given up
  static Snapshot of(Path file, SnapshotWatch.Bounds bounds) {
    if (!isPlain(file)) {
      throw new DataFolderException(
          "the database %s does not exist: name the data folder of a server with --data"
              .formatted(file));
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    config.setCacheSize(-CACHE_KIB);
    try {
      SQLiteConnection connection =
          SqliteConnections.open(file, config, SqliteConnections.Access.READ);
      try {
        Migrations.requireNewest(file, connection);
        connection.setAutoCommit(false);
        return new Snapshot(file, connection, bounds);
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw CorruptionException.in(file, e);
    }
  }

  private static boolean isPlain(Path file) {
    try {
      return PrivateFiles.requirePlain(file);
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot read the database %s: %s".formatted(file, DataFolder.reason(e)), e);
    }
  }

  /// `out`, of which it is seen when it lets its writer wait.
  public OutputStream watched(OutputStream out) {
    return watch.watched(out);
  }

  /// Whether it was held for too long, and nothing can be read from it any more.
  boolean isGivenUp() {
    return watch.reason() != null;
  }

  /// What to throw for `e`, which was met on this connection.
  public RuntimeException failure(SQLException e) {
    String reason = watch.reason();
    return reason == null ? CorruptionException.in(file, e) : new DataFolderException(reason, e);
  }

  Path file() {
    return file;
  }

  public Connection connection() {
    return connection;
  }

  /// A statement whose results are fetched as they are read.
  public Statement statement() throws SQLException {
    return connection.createStatement();
  }

  /// Executes a statement without a result.
  void execute(String sql) throws SQLException {
    try (Statement statement = statement()) {
      statement.execute(sql);
    }
  }

  /// The number that `sql` asks for.
  public long number(String sql) throws SQLException {
    try (Statement statement = statement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  @Override
  public void close() {
    watch.close();
    try {
      connection.close();
    } catch (SQLException e) {
      throw CorruptionException.in(file, e);
    }
  }
}
