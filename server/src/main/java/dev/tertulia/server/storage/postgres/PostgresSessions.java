package dev.tertulia.server.storage.postgres;

import java.sql.Connection;
import java.sql.SQLException;

/// Opens connections for what is not the log: messages between the nodes that share a database.
/// Safe for any thread.
public final class PostgresSessions {
  private final PostgresConnections connections;

  public PostgresSessions(PostgresServers servers) {
    connections = new PostgresConnections(servers, PostgresSchema.LASTING);
  }

  /// Opens one, on which each statement is a transaction. Whatever is not answered within a few
  /// seconds fails. It belongs to the caller.
  ///
  /// @throws SQLException if the database can't be reached
  public Connection open() throws SQLException {
    return connections.open(PostgresConnections.Bounds.RELAY);
  }
}
