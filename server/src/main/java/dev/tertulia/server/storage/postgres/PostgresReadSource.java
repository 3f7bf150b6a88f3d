package dev.tertulia.server.storage.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.tertulia.server.storage.sql.ReadSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/// A bounded pool of connections that read from PostgreSQL. What is queried on one, until its
/// rollback, is of one moment. The server ends queries that take too long.
///
/// While no connection is to be had, one reading at a time waits for one. The others fail at once:
/// otherwise all that are queued would wait in turn. Safe for any thread.
final class PostgresReadSource implements ReadSource {
  /// How long a reading waits for a connection.
  private static final Duration WAIT = Duration.ofSeconds(5);

  /// After this a connection is replaced, so that none stays for long with a server that is no
  /// longer the primary.
  private static final Duration LONGEST_LIFE = Duration.ofMinutes(5);

  /// After this a connection is closed that nothing was read on.
  private static final Duration IDLE = Duration.ofMinutes(1);

  /// From a failure until a connection is asked for again.
  private static final Duration PAUSE = Duration.ofMillis(500);

  /// How many rows come at a time: a page ends where it has enough bytes, which may be after a few
  /// of the rows that were asked for.
  private static final int FETCHED = 64;

  private final HikariDataSource pool;

  /// Why there was no connection; `null` while there are.
  private volatile @Nullable SQLException failure;

  /// When one is asked for again after a failure, by [System#nanoTime].
  private final AtomicLong nextTry = new AtomicLong();

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
    SQLException known = failure;
    if (known != null && !isMine()) {
      // Another one, because each gets a trace of its own.
      throw new SQLException(known.getMessage(), known.getSQLState(), known);
    }
    try {
      Connection connection = pool.getConnection();
      failure = null;
      return connection;
    } catch (SQLException e) {
      // The pool tells why only in this way.
      SQLException why = e.getCause() instanceof SQLException cause ? cause : e;
      nextTry.set(System.nanoTime() + PAUSE.toNanos());
      failure = why;
      throw why;
    }
  }

  /// Whether it is time to try again, and for this thread.
  private boolean isMine() {
    long next = nextTry.get();
    long now = System.nanoTime();
    return now - next >= 0 && nextTry.compareAndSet(next, now + WAIT.toNanos());
  }

  @Override
  public void renew() {
    HikariPoolMXBean open = pool.getHikariPoolMXBean();
    if (open != null) {
      open.softEvictConnections();
    }
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
      Connection connection = connections.open(PostgresConnections.Bounds.READER);
      connection.unwrap(PGConnection.class).setDefaultFetchSize(FETCHED);
      return connection;
    }
  }
}
