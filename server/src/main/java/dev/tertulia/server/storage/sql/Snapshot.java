package dev.tertulia.server.storage.sql;

import java.io.OutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// A database as it is at one moment, for a program that only reads it. Writers are not blocked.
/// For one thread.
public interface Snapshot extends AutoCloseable {
  /// A connection on which everything is of that moment. It belongs to the snapshot.
  Connection connection();

  /// A statement whose results are fetched as they are read.
  Statement statement() throws SQLException;

  /// `out`, for what is read: a snapshot that must not be held for long sees when it lets its
  /// writer wait.
  OutputStream watched(OutputStream out);

  /// What to throw for `e`, which was met on this connection.
  RuntimeException failure(SQLException e);

  /// What is in the database, and is not one of its tables as they were created. Each is a
  /// sentence.
  default List<String> foreign() throws SQLException {
    return List.of();
  }

  /// What the database itself finds wrong with its files, as far as it can look.
  ///
  /// @param most of these at most
  default List<String> damagedFiles(int most) throws SQLException {
    return List.of();
  }

  /// What brings a backup back, as the subject of `… replaces it with a backup`.
  default String restoring() {
    return "'./tertulia restore'";
  }

  /// The number that `sql` asks for.
  default long number(String sql) throws SQLException {
    try (Statement statement = statement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  @Override
  void close();
}
