package dev.tertulia.server.storage.postgres;

import dev.tertulia.server.model.PostgresAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/// Opens connections to one PostgreSQL database. Safe for any thread.
///
/// Of several servers, the one in charge is looked for: first the one that was in charge last, then
/// the others in their order. One that only reads is not taken.
///
/// Every wait has a bound. The server ends statements that run, or wait for a lock, for too long,
/// and transactions whose client has stopped in the middle. None of these ends a `COMMIT` that
/// waits for a standby: for that, and for a server that does not answer at all, the connection
/// itself is given up.
final class PostgresConnections {
  /// How long opening a connection may take.
  private static final int CONNECT_SECONDS = 5;

  /// The same, if there is another server to try.
  private static final int TRY_SECONDS = 2;

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

    /// Changing a large table may take long; waiting for a lock on it would hold up all others.
    static final Bounds MIGRATION =
        new Bounds(
            Duration.ofHours(1), Duration.ofSeconds(2), Duration.ofHours(1), Duration.ofHours(2));
  }

  private static final String SETTINGS =
      "SELECT set_config('search_path', ?, false), set_config('statement_timeout', ?, false),"
          + " set_config('lock_timeout', ?, false),"
          + " set_config('idle_in_transaction_session_timeout', ?, false)";

  private static final Driver DRIVER = new Driver();

  private final PostgresAddress address;
  private final PostgresSchema schema;

  /// Which of the servers was in charge last.
  private volatile int inCharge;

  /// @param schema whose tables the names in statements stand for
  PostgresConnections(PostgresAddress address, PostgresSchema schema) {
    this.address = address;
    this.schema = schema;
  }

  PostgresSchema schema() {
    return schema;
  }

  PostgresAddress address() {
    return address;
  }

  /// Opens one, on which each statement is a transaction until that is changed.
  Connection open(Bounds bounds) throws SQLException {
    List<PostgresAddress.Host> hosts = address.hosts();
    int first = inCharge;
    SQLException failure = null;
    for (int i = 0; i < hosts.size(); i++) {
      int at = (first + i) % hosts.size();
      try {
        Connection connection = open(hosts.get(at), bounds);
        inCharge = at;
        return connection;
      } catch (SQLException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    throw Objects.requireNonNull(failure, "there is no server");
  }

  private Connection open(PostgresAddress.Host host, Bounds bounds) throws SQLException {
    Connection connection = DRIVER.connect(host.jdbc(), properties(bounds));
    if (connection == null) {
      throw new IllegalStateException("the driver does not know its own addresses");
    }
    boolean done = false;
    try {
      set(connection, bounds);
      done = true;
      return connection;
    } finally {
      if (!done) {
        connection.close();
      }
    }
  }

  /// Sets what holds for the session. A pooler would refuse, or drop, most of it where a connection
  /// begins.
  private void set(Connection connection, Bounds bounds) throws SQLException {
    try (PreparedStatement settings = connection.prepareStatement(SETTINGS)) {
      // Nobody else's table or function is taken for one of these.
      settings.setString(1, schema.schema() + ",pg_temp");
      settings.setString(2, Long.toString(bounds.statement.toMillis()));
      settings.setString(3, Long.toString(bounds.lock.toMillis()));
      settings.setString(4, Long.toString(bounds.idle.toMillis()));
      settings.execute();
    }
  }

  private Properties properties(Bounds bounds) {
    Properties properties = new Properties();
    PGProperty.PG_DBNAME.set(properties, address.database());
    PGProperty.USER.set(properties, address.user());
    if (address.password() != null) {
      PGProperty.PASSWORD.set(properties, address.password());
    }
    PGProperty.APPLICATION_NAME.set(properties, "tertulia");
    boolean isOnly = address.hosts().size() == 1;
    int patience = isOnly ? CONNECT_SECONDS : TRY_SECONDS;
    PGProperty.CONNECT_TIMEOUT.set(properties, patience);
    PGProperty.LOGIN_TIMEOUT.set(properties, patience);
    if (!isOnly) {
      PGProperty.TARGET_SERVER_TYPE.set(properties, "primary");
    }
    PGProperty.SOCKET_TIMEOUT.set(properties, Math.toIntExact(bounds.answer.toSeconds()));
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    properties.putAll(tls());
    return properties;
  }

  /// Unless the address says otherwise, a server elsewhere must show a certificate that this
  /// machine trusts.
  private Properties tls() {
    Properties properties = new Properties();
    properties.putAll(address.parameters());
    String mode =
        address.parameters().getOrDefault("sslmode", address.isLocal() ? "prefer" : "verify-full");
    PGProperty.SSL_MODE.set(properties, mode);
    if (mode.startsWith("verify-") && !address.parameters().containsKey("sslrootcert")) {
      PGProperty.SSL_FACTORY.set(properties, "org.postgresql.ssl.DefaultJavaSSLFactory");
    }
    return properties;
  }
}
