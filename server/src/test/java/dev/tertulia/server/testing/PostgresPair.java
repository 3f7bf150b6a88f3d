package dev.tertulia.server.testing;

import static org.awaitility.Awaitility.await;

/// A PostgreSQL primary and its standby, and an address that leads to the one that is in charge.
/// For one thread.
public final class PostgresPair implements AutoCloseable {
  private static final String STANDBY = "second";

  private final Postgres primary = Postgres.start("wal_keep_size=256MB");
  private final Postgres standby = primary.standby(STANDBY);
  private final SwitchingProxy proxy = new SwitchingProxy(primary.port());
  private final String database = primary.newDatabase();

  /// Starts both.
  ///
  /// @param synchronous whether a commit waits until the standby has it
  public PostgresPair(boolean synchronous) {
    if (synchronous) {
      Postgres.ask(database, "ALTER SYSTEM SET synchronous_standby_names = '" + STANDBY + "'");
      Postgres.ask(database, "SELECT pg_reload_conf()");
    }
    String wanted = synchronous ? "sync" : "async";
    await()
        .atMost(TestServer.PATIENCE)
        .until(() ->
            Postgres.ask(database, "SELECT sync_state FROM pg_stat_replication").equals(wanted));
  }

  /// The address of a database, wherever it is served.
  public String address() {
    return database.replaceFirst("127\\.0\\.0\\.1:\\d+", "127.0.0.1:" + proxy.port());
  }

  /// The address of the same database with both servers, of which the one in charge is looked for.
  public String addressOfBoth() {
    return database.replaceFirst(
        "127\\.0\\.0\\.1:\\d+", "127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port());
  }

  public Postgres primary() {
    return primary;
  }

  public Postgres standby() {
    return standby;
  }

  /// Has the standby receive nothing more, while the primary goes on.
  public void holdBack() {
    standby.followNobody();
    await()
        .atMost(TestServer.PATIENCE)
        .until(
            () -> Postgres.ask(database, "SELECT count(*) FROM pg_stat_replication").equals("0"));
  }

  /// Has the primary only read from now on, also for those who are connected.
  public void refuseToWrite() {
    Postgres.ask(database, "ALTER SYSTEM SET default_transaction_read_only = on");
    Postgres.ask(database, "SELECT pg_reload_conf()");
  }

  /// Promotes the standby, and has the address lead to it. Connections to the former primary stay.
  public void failOver() {
    standby.promote();
    leadToStandby();
  }

  /// Has the address lead to what was the standby. Connections to the former primary stay.
  public void leadToStandby() {
    proxy.leadTo(standby.port());
  }

  @Override
  public void close() {
    proxy.close();
    primary.close();
    standby.close();
  }
}
