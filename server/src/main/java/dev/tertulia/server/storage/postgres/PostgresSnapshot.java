package dev.tertulia.server.storage.postgres;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.sql.Snapshot;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/// A snapshot of a PostgreSQL database: one transaction that only reads. It keeps the server from
/// cleaning up, so it must not last as long as somebody slow who takes what is read.
final class PostgresSnapshot implements Snapshot {
  /// How many rows come at once.
  private static final int FETCHED = 1_000;

  private final PostgresConnections connections;
  private final Connection connection;

  private PostgresSnapshot(PostgresConnections connections, Connection connection) {
    this.connections = connections;
    this.connection = connection;
  }

  /// @throws DataFolderException if the database can't be read
  static PostgresSnapshot of(PostgresConnections connections) {
    try {
      Connection connection = connections.open(PostgresConnections.Bounds.COMMAND);
      try {
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        return new PostgresSnapshot(connections, connection);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failure(connections, e);
    }
  }

  @Override
  public Connection connection() {
    return connection;
  }

  @Override
  public Statement statement() throws SQLException {
    Statement statement = connection.createStatement();
    statement.setFetchSize(FETCHED);
    return statement;
  }

  /// Who writes to somebody slow puts it into a file first.
  @Override
  public OutputStream watched(OutputStream out) {
    return out;
  }

  @Override
  public String restoring() {
    return "'pg_restore'";
  }

  @Override
  public RuntimeException failure(SQLException e) {
    return failure(connections, e);
  }

  static RuntimeException failure(PostgresConnections connections, SQLException e) {
    StorageFault fault = StorageFault.of(e);
    String message =
        "cannot read the database %s: %s (%s). To fix this, %s"
            .formatted(connections.address(), fault.words(), e.getMessage(), fault.remedy());
    return fault == StorageFault.DAMAGED
        ? new CorruptionException(message, e)
        : new DataFolderException(message, e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failure(e);
    }
  }
}
