package dev.tertulia.server.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/// A database as it was at one moment, for a program that only reads it. Whoever writes it
/// meanwhile is not held up, and the file is not changed. For one thread.
final class Snapshot implements AutoCloseable {
  private static final int BUSY_MILLIS = 5000;
  private static final int CACHE_KIB = 4 * 1024;

  private final Path file;
  private final Connection connection;

  private Snapshot(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /// Opens `file`, whoever else has it open.
  ///
  /// @throws DataFolderException if there is no such file, it can't be read, or has not the tables
  ///   of this version
  /// @throws UnsoundException if it is damaged, or no database
  static Snapshot of(Path file) {
    if (!isPlain(file)) {
      throw new DataFolderException(
          "there is no database %s: name the folder of a server's data with --data"
              .formatted(file));
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    config.setCacheSize(-CACHE_KIB);
    try {
      Connection connection = SqliteConnections.open(file, config, SqliteConnections.Access.READ);
      try {
        Migrations.requireNewest(file, connection);
        connection.setAutoCommit(false);
        return new Snapshot(file, connection);
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw UnsoundException.in(file, e);
    }
  }

  private static boolean isPlain(Path file) {
    try {
      return PrivateFiles.requirePlain(file);
    } catch (IOException e) {
      throw new DataFolderException(
          "the database %s can't be read: %s".formatted(file, DataFolder.reason(e)), e);
    }
  }

  Path file() {
    return file;
  }

  Connection connection() {
    return connection;
  }

  /// A statement whose results are fetched as they are read.
  Statement statement() throws SQLException {
    return connection.createStatement();
  }

  /// The number that `sql` asks for.
  long number(String sql) throws SQLException {
    try (Statement statement = statement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw UnsoundException.in(file, e);
    }
  }
}
