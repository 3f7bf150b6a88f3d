package dev.tertulia.server.storage.postgres;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.StorageFaultException;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.storage.sql.Readers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/// A PostgreSQL database with the tables of a log. Writers take turns: the one that holds the row
/// of `writer_lock` writes. Any number read concurrently.
///
/// A commit is as durable as the server's settings make it, and on a synchronous standby if there
/// is one. Safe for any thread, but for what a connection is handed to.
public final class PostgresDatabase implements Database {
  private static final int LEAST_VERSION = 14;

  private final PostgresConnections connections;
  private final PostgresConnections.Bounds bounds;

  private PostgresDatabase(PostgresConnections connections, PostgresConnections.Bounds bounds) {
    this.connections = connections;
    this.bounds = bounds;
  }

  /// Opens a database: creates the tables in an empty one, and brings those of an older version up
  /// to date.
  ///
  /// @throws DataFolderException if it can't be opened, the server or its encoding is not one that
  ///   serves, or it is a newer Tertulia's
  public static PostgresDatabase open(PostgresAddress address) {
    return open(address, PostgresSchema.LASTING, PostgresConnections.Bounds.WRITER);
  }

  /// As above, for topics that are kept until the server crashes: it creates tables of their own.
  public static PostgresDatabase passing(PostgresAddress address) {
    return open(address, PostgresSchema.PASSING, PostgresConnections.Bounds.WRITER);
  }

  /// As above.
  ///
  /// @param bounds of the writer
  static PostgresDatabase open(
      PostgresAddress address, PostgresSchema schema, PostgresConnections.Bounds bounds) {
    PostgresConnections connections = new PostgresConnections(address, schema);
    try (Connection connection = connections.open(PostgresConnections.Bounds.WRITER)) {
      requireServer(address, connection);
      PostgresMigrations.migrate(connections, connection);
    } catch (SQLException e) {
      StorageFault fault = StorageFault.of(e);
      throw new DataFolderException(
          "cannot open the database %s: %s (%s). To fix this, %s"
              .formatted(address, fault.words(), e.getMessage(), fault.remedy()),
          e);
    }
    return new PostgresDatabase(connections, bounds);
  }

  private static void requireServer(PostgresAddress address, Connection connection)
      throws SQLException {
    int version = Integer.parseInt(show(connection, "server_version_num"));
    if (version < LEAST_VERSION * 10_000) {
      throw new DataFolderException(
          "the database %s is of PostgreSQL %s, which is too old: at least %s is needed"
              .formatted(address, version / 10_000, LEAST_VERSION));
    }
    String encoding = show(connection, "server_encoding");
    if (!encoding.equals("UTF8")) {
      throw new DataFolderException(
          "the database %s has the encoding %s, in which not every text can be stored: create one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
              .formatted(address, encoding));
    }
  }

  private static String show(Connection connection, String parameter) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SHOW " + parameter)) {
      return result.next() ? result.getString(1) : "";
    }
  }

  @Override
  public Connection connect() throws SQLException {
    Connection connection = connections.open(bounds);
    try {
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /// A new pool of connections that read.
  public ReadSource reader() {
    return new PostgresReadSource(connections, Readers.DEFAULT_THREADS);
  }

  @Override
  public String lock() {
    return "SELECT id FROM writer_lock WHERE id = 1 FOR UPDATE";
  }

  /// The server answers the commit of a transaction that has failed before with a rollback, which
  /// the driver takes for success. With a warning it tells that it has stopped waiting for a
  /// standby: the changes can be seen, and may yet be lost.
  @Override
  public void commit(Connection connection) throws SQLException {
    if (connection.unwrap(PgConnection.class).getTransactionState() == TransactionState.FAILED) {
      throw new PSQLException(
          "the transaction has failed before", PSQLState.IN_FAILED_SQL_TRANSACTION);
    }
    connection.clearWarnings();
    connection.commit();
    SQLWarning warning = connection.getWarnings();
    if (warning != null) {
      throw new StorageFaultException(
          StorageFault.UNCONFIRMED, String.valueOf(warning.getMessage()));
    }
  }

  /// After an error that the server itself reports, or a rollback in place of the commit, the
  /// transaction is certainly aborted. The session may also have ended after the commit.
  @Override
  public boolean mayComeToLight(SQLException failure) {
    if (PSQLState.IN_FAILED_SQL_TRANSACTION.getState().equals(failure.getSQLState())) {
      return false;
    }
    ServerErrorMessage said =
        failure instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    return said == null || !"ERROR".equals(said.getSeverity());
  }

  /// There is nothing but connections.
  @Override
  public void close() {}
}
