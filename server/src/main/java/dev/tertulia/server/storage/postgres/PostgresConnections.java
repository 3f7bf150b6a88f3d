package dev.tertulia.server.storage.postgres;

import dev.tertulia.server.model.PostgresAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/// Connections to one PostgreSQL database, for the tables of one schema. Safe for any thread.
///
/// Every wait has a bound. The server ends statements that run, or wait for a lock, for too long,
/// and transactions whose client has stopped in the middle. None of these ends a `COMMIT` that
/// waits for a standby: for that, and for a server that does not answer at all, the connection
/// itself is given up.
final class PostgresConnections {
  /// How long things may take.
  ///
  /// @param statement one statement
  /// @param lock a wait for a lock
  /// @param idle a pause within a transaction
  /// @param answer an answer of any kind, that of a `COMMIT` included; not less than `statement`
  record Bounds(Duration statement, Duration lock, Duration idle, Duration answer) {
    static final Bounds WRITER =
        new Bounds(
            Duration.ofSeconds(8),
            Duration.ofSeconds(3),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10));

    static final Bounds READER =
        new Bounds(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10));

    /// What carries messages between nodes is given up soon, and opened again.
    static final Bounds RELAY =
        new Bounds(
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3));

    /// A command of the operator reads or writes everything, and nobody waits for it meanwhile.
    static final Bounds COMMAND =
        new Bounds(
            Duration.ofHours(12), Duration.ofSeconds(5), Duration.ofHours(1), Duration.ofHours(24));

    /// Changing a large table may take long. While it waits for a lock on one, everybody who uses
    /// it waits behind it.
    static final Bounds MIGRATION =
        new Bounds(
            Duration.ofHours(1), Duration.ofMillis(300), Duration.ofHours(1), Duration.ofHours(2));
  }

  private final PostgresServers servers;
  private final PostgresSchema schema;

  /// @param schema whose tables the names in statements stand for
  PostgresConnections(PostgresServers servers, PostgresSchema schema) {
    this.servers = servers;
    this.schema = schema;
  }

  PostgresSchema schema() {
    return schema;
  }

  PostgresServers servers() {
    return servers;
  }

  PostgresAddress address() {
    return servers.address();
  }

  /// Opens one, on which each statement is a transaction until that is changed.
  Connection open(Bounds bounds) throws SQLException {
    return servers.open(schema, bounds);
  }
}
