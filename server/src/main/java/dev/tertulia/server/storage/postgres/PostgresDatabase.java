package dev.tertulia.server.storage.postgres;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.StorageFaultException;
import dev.tertulia.server.storage.sql.BulkLoad;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.storage.sql.Snapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL database with the tables of a log. Any number of servers write it and read it
/// concurrently; a writer locks the rows of the topics that it writes to.
///
/// A commit is as durable as the server's settings make it, and on a synchronous standby if there
/// is one. Safe for any thread, but for what a connection is handed to.
public final class PostgresDatabase implements Database {
  private static final int LEAST_VERSION = 14;

  /// The lock that every writer shares for as long as its session lasts, and that a command has
  /// alone.
  private static final int USED = 0x54455254;

  /// The lock of those who bring the number of the next topic up to date.
  private static final long NUMBERING = 0x544552544eL;

  /// The code by which PostgreSQL reports that a lock is another's.
  private static final String LOCKED = "55P03";

  /// Whether a commit waits for a standby.
  private static final String AWAITS_STANDBY =
      "SELECT current_setting('synchronous_standby_names') <> ''"
          + " AND current_setting('synchronous_commit') NOT IN ('off', 'local')";

  /// How often it is looked for a pooler: one that others use, too, may lend the same session
  /// twice.
  private static final int LOOKS_FOR_POOLER = 3;

  /// From one look at that to the next.
  private static final long LOOK = TimeUnit.MINUTES.toNanos(1);

  private static final Logger log = LoggerFactory.getLogger(PostgresDatabase.class);

  private volatile boolean awaitsStandby;

  /// Of the server that the last connection of a writer leads to.
  private volatile long timeline;

  /// When it was looked at last. Owned by the writer.
  private long lookedAt;

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
  public static PostgresDatabase open(PostgresServers servers) {
    return open(servers, PostgresSchema.LASTING, PostgresConnections.Bounds.WRITER);
  }

  /// As above.
  public static PostgresDatabase open(PostgresAddress address) {
    return open(new PostgresServers(address));
  }

  /// Opens a database that has the tables of this version, and changes nothing in it.
  ///
  /// @throws DataFolderException as above, and if it has no such tables
  public static PostgresDatabase existing(PostgresAddress address) {
    PostgresConnections connections =
        new PostgresConnections(new PostgresServers(address), PostgresSchema.LASTING);
    try (Connection connection = connections.open(PostgresConnections.Bounds.WRITER)) {
      requireSessions(connections, connection);
      PostgresMigrations.requireNewest(connections, connection);
    } catch (SQLException e) {
      throw PostgresSnapshot.failure(connections, e);
    }
    return new PostgresDatabase(connections, PostgresConnections.Bounds.WRITER);
  }

  /// Opens one as [#open] does, for topics that are kept until the server crashes: it creates
  /// tables of their own.
  public static PostgresDatabase passing(PostgresServers servers) {
    return open(servers, PostgresSchema.PASSING, PostgresConnections.Bounds.WRITER);
  }

  /// As above.
  public static PostgresDatabase passing(PostgresAddress address) {
    return passing(new PostgresServers(address));
  }

  /// As above, if there are such tables.
  ///
  /// @return `null` if there are none
  public static @Nullable PostgresDatabase passingIfAny(PostgresAddress address) {
    PostgresServers servers = new PostgresServers(address);
    PostgresConnections connections = new PostgresConnections(servers, PostgresSchema.PASSING);
    try (Connection connection = connections.open(PostgresConnections.Bounds.WRITER)) {
      return isTrue(connection, "SELECT to_regclass('topic') IS NOT NULL")
          ? passing(servers)
          : null;
    } catch (SQLException e) {
      throw PostgresSnapshot.failure(connections, e);
    }
  }

  /// As above.
  ///
  /// @param bounds of the writer
  static PostgresDatabase open(
      PostgresServers servers, PostgresSchema schema, PostgresConnections.Bounds bounds) {
    PostgresAddress address = servers.address();
    PostgresConnections connections = new PostgresConnections(servers, schema);
    try (Connection connection = connections.open(PostgresConnections.Bounds.WRITER)) {
      requireServer(address, connection);
      requireSessions(connections, connection);
      PostgresMigrations.migrate(connections, connection);
      if (schema == PostgresSchema.LASTING) {
        logStandby(address, isTrue(connection, AWAITS_STANDBY));
      }
    } catch (SQLException e) {
      StorageFault fault = StorageFault.of(e);
      throw new DataFolderException(
          "cannot open the database %s: %s (%s). To fix this, %s"
              .formatted(address, fault.words(), e.getMessage(), fault.remedy()),
          e);
    }
    return new PostgresDatabase(connections, bounds);
  }

  private static void logStandby(PostgresAddress address, boolean awaited) {
    if (awaited) {
      log.info("The database {} confirms what a synchronous standby has too", address);
    } else {
      log.info(
          "The database {} has no synchronous standby: if it fails over, what was confirmed last"
              + " may be lost. To promise more, set its synchronous_standby_names",
          address);
    }
  }

  /// Whether what is confirmed is on a standby too, as the settings of the server say. Any thread.
  public boolean awaitsStandby() {
    return awaitsStandby;
  }

  /// The timeline of the server that was connected to last; 0 if it told none, or nobody watches
  /// its [PostgresServers]. Any thread.
  public long timeline() {
    return timeline;
  }

  /// Looks whether that has changed.
  @Override
  public void tend(Connection connection, int entries) throws SQLException {
    if (System.nanoTime() - lookedAt >= LOOK) {
      lookForStandby(connection);
      connection.rollback();
    }
  }

  private void lookForStandby(Connection connection) throws SQLException {
    awaitsStandby = isTrue(connection, AWAITS_STANDBY);
    lookedAt = System.nanoTime();
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

  /// Sees whether a connection keeps its session, on which its settings and locks depend, and by
  /// which notifications are heard. While another one is in a transaction, a pooler that lends
  /// sessions for a transaction has given it the session of this one, or gives this one another.
  private static void requireSessions(PostgresConnections connections, Connection connection)
      throws SQLException {
    try (Connection other = connections.open(PostgresConnections.Bounds.WRITER)) {
      other.setAutoCommit(false);
      for (int i = 0; i < LOOKS_FOR_POOLER; i++) {
        long before = session(connection);
        long others = session(other);
        if (others == before || session(connection) != before) {
          throw new DataFolderException(
              "the database %s is reached through a pooler that lends a session for a transaction, such as PgBouncer with 'pool_mode = transaction': name PostgreSQL itself with --database, or a pooler with 'pool_mode = session'"
                  .formatted(connections.address()));
        }
        other.rollback();
      }
    }
  }

  private static long session(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT pg_backend_pid()")) {
      result.next();
      return result.getLong(1);
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
      if (!isTrue(connection, "SELECT pg_try_advisory_lock_shared(" + lockOfUsers() + ")")) {
        throw new SQLException("a command, such as an import, works on the whole database", LOCKED);
      }
      preferIndexes(connection);
      timeline = connections.servers().timeline(connection);
      connection.setAutoCommit(false);
      lookForStandby(connection);
      passOverIds(connection);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /// What a writer looks for it finds by keys, however many they are: a plan serves for all. To
  /// make one takes as long as to carry it out. One that was made while a table was almost empty,
  /// and that reads all of it, would be kept for a while after it has grown.
  private static void preferIndexes(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;"
              + " SET plan_cache_mode = force_generic_plan; SET jit = off");
    }
  }

  /// A command that works alone numbers the topics that it adds by itself.
  private static void passOverIds(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(%s)".formatted(NUMBERING));
      statement.execute(
          "SELECT setval('topic_id', t.last) FROM (SELECT max(id) AS last FROM topic_name) AS t"
              + " WHERE t.last"
              + " > coalesce(pg_sequence_last_value(CAST('topic_id' AS regclass)), 0)");
    }
    connection.commit();
  }

  /// A connection for a command that works on the whole database while no server uses it. Until it
  /// is closed, none begins to.
  ///
  /// @return `null` if a server uses the database, or another such command
  public @Nullable Connection connectAlone() throws SQLException {
    Connection connection = connections.open(PostgresConnections.Bounds.COMMAND);
    boolean alone = false;
    try {
      if (isTrue(connection, "SELECT pg_try_advisory_lock(" + lockOfUsers() + ")")) {
        connection.setAutoCommit(false);
        alone = true;
        return connection;
      }
      return null;
    } finally {
      if (!alone) {
        connection.close();
      }
    }
  }

  private String lockOfUsers() {
    return "%s, hashtext('%s')".formatted(USED, connections.schema().schema());
  }

  private static boolean isTrue(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() && result.getBoolean(1);
    }
  }

  /// All of it, as it is now.
  ///
  /// @throws DataFolderException if it can't be read
  public Snapshot snapshot() {
    return PostgresSnapshot.of(connections);
  }

  @Override
  public BulkLoad load(Connection connection, String table, String columns) throws SQLException {
    return new PostgresCopy(connection, table, columns);
  }

  /// Removes from the outbox what a client has sent there, and what is to be sent to it; only of
  /// what lasts. In the transaction of a connection that was opened here.
  public void forgetInOutbox(Connection connection, String client) throws SQLException {
    try (PreparedStatement remove =
        connection.prepareStatement(
            "DELETE FROM outbox WHERE client = ? OR (kind = 2 AND target = ?)")) {
      remove.setString(1, client);
      remove.setString(2, client);
      remove.executeUpdate();
    }
  }

  /// Rewrites the tables, so that nothing of what was deleted is left in their files. Outside of a
  /// transaction. Nobody else can use them meanwhile.
  ///
  /// @param tables their names
  public void rewrite(Connection connection, List<String> tables) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : tables) {
        // Topics are a view of two tables.
        for (String part :
            table.equals("topic") ? List.of("topic_name", "topic_state") : List.of(table)) {
          statement.execute("VACUUM FULL " + part);
        }
      }
    }
  }

  @Override
  public void loaded(Connection connection) throws SQLException {
    isTrue(
        connection,
        "SELECT setval('topic_id', greatest(t.highest, s.last_value)) > 0"
            + " FROM (SELECT coalesce(max(id), 0) AS highest FROM topic_name) AS t, topic_id AS s");
  }

  /// For people: the database and the host.
  @Override
  public String toString() {
    return connections.address().toString();
  }

  /// A new pool of connections that read.
  public ReadSource reader() {
    return new PostgresReadSource(connections, Readers.DEFAULT_THREADS);
  }

  @Override
  public StorageFault stalled() {
    return StorageFault.SILENT;
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public String clock() {
    return "CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS bigint)";
  }

  /// The server answers the commit of a transaction that has failed before with a rollback, which
  /// the driver takes for success.
  @Override
  public void commit(Connection connection) throws SQLException {
    requireSound(connection);
    connection.clearWarnings();
    connection.commit();
    requireConfirmed(connection.getWarnings());
  }

  /// Its statements are sent together, and the server skips what follows one that fails.
  @Override
  public void commit(Connection connection, PreparedStatement last) throws SQLException {
    requireSound(connection);
    connection.clearWarnings();
    last.execute();
    requireConfirmed(last.getWarnings());
    requireConfirmed(connection.getWarnings());
  }

  private static void requireSound(Connection connection) throws SQLException {
    if (connection.unwrap(PgConnection.class).getTransactionState() == TransactionState.FAILED) {
      throw new PSQLException(
          "the transaction has failed before", PSQLState.IN_FAILED_SQL_TRANSACTION);
    }
  }

  /// With a warning the server tells that it has stopped waiting for a standby: the changes can be
  /// seen, and may yet be lost.
  private static void requireConfirmed(@Nullable SQLWarning warning) throws SQLException {
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
