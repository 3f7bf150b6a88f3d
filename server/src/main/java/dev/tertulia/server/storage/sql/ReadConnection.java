package dev.tertulia.server.storage.sql;

import dev.tertulia.server.storage.sql.Columns.Binder;
import dev.tertulia.server.topic.LogException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/// A read connection with its prepared statements. Owned by one thread.
public final class ReadConnection implements Querying, AutoCloseable {
  /// The longest that one reading may take.
  static final int LONGEST_SECONDS = 5;

  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private final long longestNanos;
  private final BiConsumer<String, LogException> damages;
  private long began;
  private String what = "";

  /// @param damages is told what is met, and what was being read
  ReadConnection(
      Connection connection,
      ReadSource source,
      long longestNanos,
      BiConsumer<String, LogException> damages)
      throws SQLException {
    this.connection = connection;
    this.longestNanos = longestNanos;
    this.damages = damages;
    try {
      connection.setAutoCommit(false);
      source.limit(connection, this::isOverdue);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private boolean isOverdue() {
    return System.nanoTime() - began > longestNanos;
  }

  /// Begins a reading. What is queried until [#end] is of one moment.
  ///
  /// @param subject names what is read, for people
  void begin(String subject) {
    what = subject;
    began = System.nanoTime();
  }

  @Override
  public void met(LogException damage) {
    damages.accept(what, damage);
  }

  /// Lets go of that moment.
  void end() throws SQLException {
    connection.rollback();
  }

  @Override
  public ResultSet query(String sql, Parameters parameters) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    parameters.bind(new Binder(statement));
    return statement.executeQuery();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
