package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.PrivateFiles;
import dev.tertulia.server.storage.sql.Snapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/// A snapshot of an SQLite file, which is not changed by it.
public final class SqliteSnapshot implements Snapshot {
  private static final int BUSY_MILLIS = 5000;
  private static final int CACHE_KIB = 4 * 1024;

  private final Path file;
  private final Connection connection;
  private final SnapshotWatch watch;

  private SqliteSnapshot(Path file, SQLiteConnection connection, SnapshotWatch.Bounds bounds) {
    this.file = file;
    this.connection = connection;
    watch = SnapshotWatch.start(file, connection, bounds);
  }

  /// Opens `file`, whether or not other processes have it open.
  ///
  /// @throws DataFolderException if the file does not exist, can't be read, or does not have the
  ///   tables of this version
  /// @throws CorruptionException if it is damaged, or no database
  public static SqliteSnapshot of(Path file) {
    return of(file, SnapshotWatch.Bounds.DEFAULT);
  }

  /// As above.
  ///
  /// @param bounds past which it is given up
  static SqliteSnapshot of(Path file, SnapshotWatch.Bounds bounds) {
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
        return new SqliteSnapshot(file, connection, bounds);
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

  @Override
  public OutputStream watched(OutputStream out) {
    return watch.watched(out);
  }

  /// Whether it was held for too long, and nothing can be read from it any more.
  boolean isGivenUp() {
    return watch.reason() != null;
  }

  @Override
  public RuntimeException failure(SQLException e) {
    String reason = watch.reason();
    return reason == null ? CorruptionException.in(file, e) : new DataFolderException(reason, e);
  }

  Path file() {
    return file;
  }

  @Override
  public Connection connection() {
    return connection;
  }

  @Override
  public Statement statement() throws SQLException {
    return connection.createStatement();
  }

  /// Executes a statement without a result.
  void execute(String sql) throws SQLException {
    try (Statement statement = statement()) {
      statement.execute(sql);
    }
  }

  @Override
  public List<String> foreign() throws SQLException {
    return Schema.foreign(connection);
  }

  @Override
  public List<String> damagedFiles(int most) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Statement statement = statement();
        ResultSet result = statement.executeQuery("PRAGMA integrity_check(" + most + ")")) {
      while (result.next()) {
        String line = result.getString(1);
        if (!"ok".equals(line)) {
          lines.add("SQLite reports: " + line);
        }
      }
    }
    return lines;
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
