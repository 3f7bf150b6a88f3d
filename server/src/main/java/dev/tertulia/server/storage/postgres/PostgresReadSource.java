package dev.tertulia.server.storage.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tertulia.server.storage.sql.ReadSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;

/// A bounded pool of connections that read from PostgreSQL. What is queried on one, until its
/// rollback, is of one moment. The server ends queries that take too long. Safe for any thread.
final class PostgresReadSource implements ReadSource {
  /// How long a reading waits for a connection.
  private static final Duration WAIT = Duration.ofSeconds(5);

  /// After this a connection is replaced, so that none stays for long with a server that is no
  /// longer the primary.
  private static final Duration LONGEST_LIFE = Duration.ofMinutes(5);

  /// After this a connection is closed that nothing was read on.
  private static final Duration IDLE = Duration.ofMinutes(1);

  private final HikariDataSource pool;

  /// @param most how many connections there are at most
  PostgresReadSource(PostgresConnections connections, int most) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(new Reading(connections));
    config.setPoolName("tertulia-readers");
    config.setMaximumPoolSize(most);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(WAIT.toMillis());
    config.setIdleTimeout(IDLE.toMillis());
    config.setMaxLifetime(LONGEST_LIFE.toMillis());
    config.setAutoCommit(false);
    config.setReadOnly(true);
    config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    config.setInitializationFailTimeout(-1);
    pool = new HikariDataSource(config);
  }

  @Override
  public Connection open() throws SQLException {
    return pool.getConnection();
  }

  @Override
  public boolean isPool() {
    return true;
  }

  @Override
  public void close() {
    pool.close();
  }

  private static final class Reading extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    private final transient PostgresConnections connections;

    Reading(PostgresConnections connections) {
      this.connections = connections;
    }

    @Override
    public Connection getConnection() throws SQLException {
      return connections.open(PostgresConnections.Bounds.READER);
    }
  }
}
