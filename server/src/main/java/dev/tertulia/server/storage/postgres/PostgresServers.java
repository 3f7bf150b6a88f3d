package dev.tertulia.server.storage.postgres;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.StorageFaultException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The servers that the address of a database leads to, of which one is in charge: opens all
/// connections to it, and gives up those to a server that was in charge before. Safe for any
/// thread.
///
/// The one in charge is looked for: first the one that was in charge last, then the others in their
/// order. One that only reads is not taken.
///
/// A promotion is noticed by its *timeline*, a number that PostgreSQL counts up with each. Nobody
/// is asked for it unless [#watch] was called.
public final class PostgresServers {
  private static final Logger log = LoggerFactory.getLogger(PostgresServers.class);

  /// How long opening a connection may take.
  private static final int CONNECT_SECONDS = 5;

  /// The same, if there is another server to try, or nothing waits for it.
  private static final int TRY_SECONDS = 2;

  /// How long a connection may be without a timeline, because its server does not answer.
  private static final long UNKNOWN = TimeUnit.SECONDS.toNanos(1);

  private static final String SETTINGS =
      "SELECT set_config('search_path', ?, false), set_config('statement_timeout', ?, false),"
          + " set_config('lock_timeout', ?, false),"
          + " set_config('idle_in_transaction_session_timeout', ?, false)";

  /// What the name of each file of the write-ahead log begins with.
  private static final String TIMELINE =
      "SELECT CAST(CAST('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS bit(32))"
          + " AS bigint)";

  private static final Driver DRIVER = new Driver();

  /// A connection that is open.
  ///
  /// @param timeline of its server; 0 if it tells none, -1 if it has not told it yet
  /// @param at when it was opened, by [System#nanoTime]
  private record Opened(long timeline, long at) {}

  private final PostgresAddress address;
  private final Map<Connection, Opened> opened = new ConcurrentHashMap<>();

  /// Those of the servers that are being looked at.
  private final Set<Integer> looking = ConcurrentHashMap.newKeySet();

  /// The newest timeline that is known; `null` if nobody watches.
  private volatile @Nullable LongSupplier newest;

  /// Which of the servers was in charge last.
  private volatile int inCharge;

  /// The newest timeline that was found by looking. Guarded by `this`.
  private long found;

  public PostgresServers(PostgresAddress address) {
    this.address = address;
  }

  PostgresAddress address() {
    return address;
  }

  /// For people: the database and the hosts.
  @Override
  public String toString() {
    return address.toString();
  }

  /// From now on connections are only opened to a server of the newest timeline, and [#giveUp] ends
  /// those to an earlier one.
  ///
  /// @param timeline the newest that is known; 0 for none
  public void watch(LongSupplier timeline) {
    newest = timeline;
  }

  /// Opens a connection, on which each statement is a transaction until that is changed.
  Connection open(PostgresSchema schema, PostgresConnections.Bounds bounds) throws SQLException {
    List<PostgresAddress.Host> hosts = address.hosts();
    int first = inCharge;
    SQLException failure = null;
    for (int i = 0; i < hosts.size(); i++) {
      int at = (first + i) % hosts.size();
      try {
        Connection connection = open(hosts.get(at), schema, bounds);
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

  private Connection open(
      PostgresAddress.Host host, PostgresSchema schema, PostgresConnections.Bounds bounds)
      throws SQLException {
    boolean isOnly = address.hosts().size() == 1;
    Connection connection =
        connect(host, bounds, isOnly ? CONNECT_SECONDS : TRY_SECONDS, /* primary= */ !isOnly);
    boolean done = false;
    try {
      LongSupplier watched = newest;
      if (watched != null) {
        opened.put(connection, new Opened(-1, System.nanoTime()));
      }
      set(connection, schema, bounds);
      if (watched != null) {
        long timeline = ask(connection);
        requireInCharge(host, timeline, watched.getAsLong());
        opened.put(connection, new Opened(timeline, System.nanoTime()));
        opened.keySet().removeIf(PostgresServers::isClosed);
      }
      done = true;
      return connection;
    } finally {
      if (!done) {
        opened.remove(connection);
        connection.close();
      }
    }
  }

  private static void requireInCharge(PostgresAddress.Host host, long timeline, long newest)
      throws SQLException {
    if (timeline != 0 && timeline < newest) {
      throw new StorageFaultException(
          StorageFault.REPLACED,
          "%s is at timeline %s, another server at %s".formatted(host, timeline, newest));
    }
  }

  private Connection connect(
      PostgresAddress.Host host, PostgresConnections.Bounds bounds, int patience, boolean primary)
      throws SQLException {
    Properties properties = new Properties();
    PGProperty.PG_DBNAME.set(properties, address.database());
    PGProperty.USER.set(properties, address.user());
    if (address.password() != null) {
      PGProperty.PASSWORD.set(properties, address.password());
    }
    PGProperty.APPLICATION_NAME.set(properties, "tertulia");
    PGProperty.CONNECT_TIMEOUT.set(properties, patience);
    PGProperty.LOGIN_TIMEOUT.set(properties, patience);
    if (primary) {
      PGProperty.TARGET_SERVER_TYPE.set(properties, "primary");
    }
    PGProperty.SOCKET_TIMEOUT.set(properties, Math.toIntExact(bounds.answer().toSeconds()));
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    properties.putAll(tls());
    Connection connection = DRIVER.connect(host.jdbc(), properties);
    if (connection == null) {
      throw new IllegalStateException("the driver does not know its own addresses");
    }
    return connection;
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

  /// Sets what holds for the session. A pooler would refuse, or drop, most of it where a connection
  /// begins.
  private static void set(
      Connection connection, PostgresSchema schema, PostgresConnections.Bounds bounds)
      throws SQLException {
    try (PreparedStatement settings = connection.prepareStatement(SETTINGS)) {
      // Nobody else's table or function is taken for one of these.
      settings.setString(1, schema.schema() + ",pg_temp");
      settings.setString(2, Long.toString(bounds.statement().toMillis()));
      settings.setString(3, Long.toString(bounds.lock().toMillis()));
      settings.setString(4, Long.toString(bounds.idle().toMillis()));
      settings.execute();
    }
  }

  /// The timeline of the server that a connection leads to; 0 if it tells none, or nobody watches.
  long timeline(Connection connection) {
    Opened known = opened.get(connection);
    return known == null ? 0 : known.timeline;
  }

  private static long ask(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(TIMELINE)) {
      return result.next() ? result.getLong(1) : 0;
    } catch (SQLException e) {
      if (connection.isClosed()) {
        throw e;
      }
      // It is not PostgreSQL itself, forbids it, or only reads.
      return 0;
    }
  }

  /// Looks at which timelines the servers are that take writes now, each on a connection of its
  /// own. One that is still being looked at, because it does not answer, is passed over. Does not
  /// block.
  ///
  /// @param threads run it
  /// @param seen receives each timeline, on one of them
  public void look(Executor threads, LongConsumer seen) {
    for (int i = 0; i < address.hosts().size(); i++) {
      int at = i;
      if (looking.add(at)) {
        threads.execute(() -> {
          try {
            look(at, seen);
          } finally {
            looking.remove(at);
          }
        });
      }
    }
  }

  private void look(int at, LongConsumer seen) {
    PostgresAddress.Host host = address.hosts().get(at);
    long timeline;
    try (Connection fresh =
        connect(host, PostgresConnections.Bounds.RELAY, TRY_SECONDS, /* primary= */ true)) {
      timeline = ask(fresh);
    } catch (SQLException e) {
      log.debug("{} is not in charge", host, e);
      return;
    }
    if (timeline != 0) {
      found(at, timeline);
      seen.accept(timeline);
    }
  }

  private synchronized void found(int at, long timeline) {
    if (timeline > found) {
      found = timeline;
      inCharge = at;
    }
  }

  /// Ends the connections to servers of an earlier timeline, in the middle of what is done on them,
  /// and those on which nothing was answered yet. Others are opened where the address leads now.
  public void giveUp(long timeline) {
    long now = System.nanoTime();
    opened.forEach((connection, known) -> {
      boolean isFormer = known.timeline > 0 && known.timeline < timeline;
      if (isFormer || (known.timeline < 0 && now - known.at > UNKNOWN)) {
        opened.remove(connection);
        abort(connection);
      }
    });
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      log.debug("A connection that is given up can't be closed", e);
    }
  }

  private static boolean isClosed(Connection connection) {
    try {
      return connection.isClosed();
    } catch (SQLException e) {
      return true;
    }
  }
}
