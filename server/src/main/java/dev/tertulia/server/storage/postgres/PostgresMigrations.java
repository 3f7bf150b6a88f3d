package dev.tertulia.server.storage.postgres;

import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.StorageFault;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tables of a log in PostgreSQL, as versioned scripts that Flyway runs in order.
///
/// Servers of two versions share them while a cluster is brought up to date. A script whose name
/// begins with `expand_` only adds what a server of the version before need not know. Any other
/// script shuts out servers that do not have it.
final class PostgresMigrations {
  /// The lock of those who migrate, for as long as their session lasts.
  private static final long LOCK = 0x5445525455L;

  /// Between attempts to change a table that others use, in which they get their turn.
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(PostgresMigrations.class);

  private static final Duration RETRY = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private PostgresMigrations() {}

  /// Brings the tables up to date. When they are, which one query tells, Flyway isn't started. Of
  /// several servers that start at once, one does it, and the others wait.
  ///
  /// @param connection is closed soon afterwards, by which the lock ends
  /// @throws DataFolderException if they are a newer server's, or a migration failed
  static void migrate(PostgresConnections connections, Connection connection) throws SQLException {
    if (isNewest(connections, connection)) {
      return;
    }
    lock(connections, connection);
    // It ends with the session at the latest.
    if (!isNewest(connections, connection)) {
      run(connections, connections.schema().folders());
    }
  }

  /// Sees whether there are the tables of the newest version, for those who don't change them.
  ///
  /// @throws DataFolderException if there are not, and says what there is
  static void requireNewest(PostgresConnections connections, Connection connection)
      throws SQLException {
    if (!isNewest(connections, connection)) {
      boolean isOlder = version(history(connections), connection) > 0;
      throw new DataFolderException(
          isOlder
              ? "the database %s was created by an older Tertulia: run './tertulia serve' on it once to migrate it"
                  .formatted(connections.address())
              : "the database %s has no tables of Tertulia: name the one of a server with --database, or fill it with './tertulia import'"
                  .formatted(connections.address()));
    }
  }

  private static String history(PostgresConnections connections) {
    return connections.schema().schema() + ".flyway_schema_history";
  }

  /// Asks for the lock now and then: a statement that waits for it would hold a snapshot, for which
  /// an index that is built without blocking would wait in turn.
  private static void lock(PostgresConnections connections, Connection connection)
      throws SQLException {
    long began = System.nanoTime();
    while (!isTrue(connection, "SELECT pg_try_advisory_lock(" + LOCK + ")")) {
      if (System.nanoTime() - began > PATIENCE.toNanos()) {
        throw new DataFolderException(
            "cannot migrate the tables of the database %s: another server has been doing that for %s minutes. Wait until it has finished, or stop it"
                .formatted(connections.address(), PATIENCE.toMinutes()));
      }
      LockSupport.parkNanos(RETRY.toNanos());
    }
  }

  private static boolean isNewest(PostgresConnections connections, Connection connection)
      throws SQLException {
    int newest = connections.schema().newest();
    String history = history(connections);
    int version = version(history, connection);
    if (version <= newest) {
      return version == newest;
    }
    if (!isExpanded(history, newest, connection)) {
      throw new DataFolderException(
          "the database %s was created by a newer Tertulia (schema version %s, this one supports up to %s): run that version, or a newer one"
              .formatted(connections.address(), version, newest));
    }
    log.info(
        "The tables of the database {} are those of a newer Tertulia, which this one can use, too",
        connections.address());
    return true;
  }

  /// The version of the tables; 0 if there are none.
  private static int version(String history, Connection connection) throws SQLException {
    if (!isTrue(connection, "SELECT to_regclass('" + history + "') IS NOT NULL")) {
      return 0;
    }
    // One that failed counts for none: Flyway says more about it.
    try (Statement statement = connection.createStatement();
        ResultSet versions =
            statement.executeQuery(
                "SELECT CASE WHEN bool_and(success) THEN max(CAST(version AS integer)) ELSE 0 END"
                    + " FROM "
                    + history
                    + " WHERE version IS NOT NULL")) {
      return versions.next() ? versions.getInt(1) : 0;
    }
  }

  /// Whether each script that this server does not have only adds something.
  private static boolean isExpanded(String history, int newest, Connection connection)
      throws SQLException {
    return isTrue(
        connection,
        "SELECT bool_and(success AND description LIKE 'expand %') FROM "
            + history
            + " WHERE version IS NOT NULL AND CAST(version AS integer) > "
            + newest);
  }

  private static boolean isTrue(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() && result.getBoolean(1);
    }
  }

  /// Runs what was not run yet. Where somebody uses a table that is to be changed, it tries again
  /// and again.
  ///
  /// @param folders where the scripts are among the resources
  static void run(PostgresConnections connections, List<String> folders) {
    FluentConfiguration configuration =
        Flyway.configure()
            .dataSource(new Migrating(connections))
            .schemas(connections.schema().schema())
            .placeholders(
                Map.of(
                    "schema",
                    connections.schema().schema(),
                    "unlogged",
                    connections.schema().unlogged()))
            .locations(folders.stream().map(folder -> "classpath:" + folder).toArray(String[]::new))
            .loggers("slf4j");
    // Its lock is one of the session, and stands in no transaction that others would wait for.
    configuration
        .getConfigurationExtension(PostgreSQLConfigurationExtension.class)
        .setTransactionalLock(false);
    long began = System.nanoTime();
    while (true) {
      try {
        configuration.load().migrate();
        return;
      } catch (FlywayException e) {
        if (!isWaitForLock(e) || System.nanoTime() - began > PATIENCE.toNanos()) {
          throw new DataFolderException(
              "cannot migrate the tables of the database %s: %s"
                  .formatted(connections.address(), e.getMessage()),
              e);
        }
        log.info(
            "Somebody uses a table that is to be changed, such as a dump: trying again in {} s",
            PAUSE.toSeconds());
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  /// Whether it did not get a lock in time. To wait longer would make everybody else wait behind
  /// it.
  private static boolean isWaitForLock(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && StorageFault.isWaitForLock(sql)) {
        return true;
      }
    }
    return false;
  }

  /// The connections on which tables are changed.
  private static final class Migrating extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    private final transient PostgresConnections connections;

    Migrating(PostgresConnections connections) {
      this.connections = connections;
    }

    @Override
    public Connection getConnection() throws SQLException {
      return connections.open(PostgresConnections.Bounds.MIGRATION);
    }
  }
}
