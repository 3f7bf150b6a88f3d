package dev.tertulia.server.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.rows.KeyList;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.TopicLocks;
import dev.tertulia.server.storage.sql.ReadConnection;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(Postgres.TAG)
final class PostgresDatabaseTest {
  private static final PostgresConnections.Bounds IMPATIENT =
      new PostgresConnections.Bounds(
          Duration.ofMillis(400),
          Duration.ofMillis(200),
          Duration.ofMillis(300),
          Duration.ofSeconds(20));

  private String url;

  @BeforeEach
  void create() {
    url = Postgres.shared().newDatabase();
  }

  @AfterEach
  void drop() {
    Postgres.shared().drop(url);
  }

  private PostgresDatabase open() {
    return PostgresDatabase.open(PostgresAddress.of(url, null));
  }

  private LogTables tables(PostgresDatabase database) throws SQLException {
    return LogTables.of(database.connect(), database.isShared());
  }

  @Test
  void severalStartsAtOnceMigrateOnce() {
    List<CompletableFuture<PostgresDatabase>> starts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      CompletableFuture<PostgresDatabase> start = new CompletableFuture<>();
      starts.add(start);
      Thread.ofPlatform()
          .start(() -> {
            try {
              start.complete(open());
            } catch (Throwable e) {
              start.completeExceptionally(e);
            }
          });
    }
    starts.forEach(start -> start.orTimeout(60, TimeUnit.SECONDS).join().close());
    assertThat(Postgres.ask(url, "SELECT count(*) FROM flyway_schema_history WHERE type = 'SQL'"))
        .isEqualTo(Integer.toString(PostgresSchema.LASTING.newest()));
    assertThat(Postgres.ask(url, "SELECT count(*) FROM pg_index WHERE NOT indisvalid"))
        .isEqualTo("0");
  }

  /// In a server of its own, because every commit waits then.
  @Test
  void aStandbyThatCommitsWaitForIsNoticed() throws SQLException {
    try (Postgres server = Postgres.start()) {
      String of = server.newDatabase();
      try (PostgresDatabase database = PostgresDatabase.open(PostgresAddress.of(of, null))) {
        database.connect().close();
        assertThat(database.awaitsStandby()).isFalse();
        Postgres.ask(of, "ALTER SYSTEM SET synchronous_standby_names = 'somebody'");
        Postgres.ask(of, "SELECT pg_reload_conf()");
        await()
            .atMost(TestServer.PATIENCE)
            .until(() -> Postgres.ask(of, "SHOW synchronous_standby_names").equals("somebody"));
        database.connect().close();
        assertThat(database.awaitsStandby()).isTrue();
      }
    }
  }

  /// What changes tables gives up after a moment, so that nobody waits behind it, and tries again.
  @Test
  void aMigrationWaitsForADumpAndNobodyWaitsForTheMigration() throws SQLException {
    PostgresAddress address = PostgresAddress.of(url, null);
    PostgresDatabase.passing(address).close();
    // As it was before.
    Postgres.ask(
        url,
        "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname ="
            + " 'tertulia_memory' AND tablename <> 'flyway_schema_history' LOOP EXECUTE 'DROP TABLE"
            + " tertulia_memory.' || t || ' CASCADE'; END LOOP; END $$");
    Postgres.ask(url, "DROP SEQUENCE tertulia_memory.topic_id");
    Postgres.ask(
        url, "DELETE FROM tertulia_memory.flyway_schema_history WHERE version IS NOT NULL");
    CompletableFuture<PostgresDatabase> start;
    try (Connection dump = Postgres.connectTo(url);
        Statement statement = dump.createStatement()) {
      dump.setAutoCommit(false);
      statement.execute("LOCK TABLE tertulia_memory.flyway_schema_history IN SHARE MODE");
      start = CompletableFuture.supplyAsync(() -> PostgresDatabase.passing(address));
      String waiting =
          "SELECT coalesce(max(query_start)::text, '') FROM pg_stat_activity WHERE wait_event_type"
              + " = 'Lock' AND datname = current_database()";
      await().atMost(TestServer.PATIENCE).until(() -> !Postgres.ask(url, waiting).isEmpty());
      String first = Postgres.ask(url, waiting);
      await()
          .atMost(TestServer.PATIENCE)
          .until(() ->
              !Postgres.ask(url, waiting).isEmpty() && !Postgres.ask(url, waiting).equals(first));
      assertThat(start).isNotDone();
      dump.rollback();
    }
    start.orTimeout(60, TimeUnit.SECONDS).join().close();
    assertThat(Postgres.ask(url, "SELECT count(*) FROM tertulia_memory.topic")).isEqualTo("0");
  }

  /// A crash of the server empties them, and leaves the schema.
  @Test
  void whatNeedNotLastHasTablesOfItsOwn() {
    open().close();
    PostgresDatabase.passing(PostgresAddress.of(url, null)).close();
    PostgresDatabase.passing(PostgresAddress.of(url, null)).close();
    String tables =
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.relkind = 'r' AND n.nspname = '%s' AND relpersistence = '%s'";
    assertThat(Postgres.ask(url, tables.formatted("tertulia_memory", "p"))).isEqualTo("1");
    assertThat(Postgres.ask(url, tables.formatted("tertulia", "u"))).isEqualTo("0");
    int all = Integer.parseInt(Postgres.ask(url, tables.formatted("tertulia", "p")));
    // All but those of the migrations and of the outbox.
    assertThat(Postgres.ask(url, tables.formatted("tertulia_memory", "u")))
        .isEqualTo(Integer.toString(all - 2));
  }

  /// Unlike others, such a key stays the same when a library sorts texts in another way.
  @Test
  void everyTextIsComparedByteByByte() {
    open().close();
    assertThat(
            Postgres.ask(
                url,
                "SELECT string_agg(table_name || '.' || column_name, ',')"
                    + " FROM information_schema.columns WHERE table_schema = 'tertulia'"
                    + " AND data_type IN ('text', 'character varying')"
                    + " AND collation_name IS DISTINCT FROM 'C'"
                    + " AND table_name <> 'flyway_schema_history'"))
        .isEqualTo("null");
  }

  @Test
  void whatCanNotServeIsRefusedByName() {
    open().close();
    Postgres.ask(url, "UPDATE flyway_schema_history SET version = '77' WHERE version = '1'");
    assertThatThrownBy(this::open)
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("newer Tertulia (schema version 77");

    String latin = Postgres.shared().newDatabase("ENCODING 'LATIN1'");
    assertThatThrownBy(() -> PostgresDatabase.open(PostgresAddress.of(latin, null)))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("has the encoding LATIN1");
    Postgres.shared().drop(latin);

    assertThatThrownBy(() -> PostgresDatabase.open(PostgresAddress.of(url + "_missing", null)))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining(StorageFault.GONE.words());
    String nowhere = "postgresql://ana@127.0.0.1:" + TestServer.freePort() + "/chat";
    assertThatThrownBy(() -> PostgresDatabase.open(PostgresAddress.of(nowhere, "secret")))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining(StorageFault.UNREACHABLE.words())
        .hasMessageNotContaining("secret");
  }

  /// It may be started again on them while a cluster is brought up to date.
  @Test
  void tablesOfANewerVersionThatOnlyHaveMoreServe() {
    open().close();
    addScript(url, "tertulia", 77, "expand with a column");
    open().close();
    addScript(url, "tertulia", 78, "contract");
    assertThatThrownBy(this::open)
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("newer Tertulia (schema version 78");
  }

  /// As a newer server would leave it.
  private static void addScript(String url, String schema, int version, String description) {
    Postgres.ask(
        url,
        "INSERT INTO %s.flyway_schema_history VALUES (%s, '%2$s', '%s', 'SQL', 'V%2$s', 0, 'n', now(), 1, true)"
            .formatted(schema, version, description));
  }

  /// Locks the lobby, which is there or gets its row.
  private static void lockLobby(PostgresDatabase database, LogTables tables) throws SQLException {
    KeyList lobby = new KeyList();
    lobby.add(1L, "lobby");
    new TopicLocks(tables, database::clock)
        .lock(
            new TopicLocks.Wanted(
                lobby, lobby, new KeyList(), new KeyList(), TopicLocks.Wait.IN_TURN),
            (index, id, row) -> {},
            (index, id, row) -> {},
            (index, id, row) -> {});
  }

  @Test
  void writersTakeTurns() throws SQLException {
    try (PostgresDatabase one = open();
        PostgresDatabase other =
            PostgresDatabase.open(
                new PostgresServers(PostgresAddress.of(url, null)),
                PostgresSchema.LASTING,
                IMPATIENT);
        LogTables first = tables(one);
        LogTables second = tables(other)) {
      lockLobby(one, first);
      assertThatThrownBy(() -> lockLobby(other, second))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(StorageFault.isWaitForLock(e)).isTrue());
      second.rollback();
      first.commit(one);
      lockLobby(other, second);
    }
  }

  /// A server that is stopped in the middle does not keep the others from writing.
  @Test
  void aWriterThatStopsInItsTransactionLosesTheLock() throws SQLException {
    try (PostgresDatabase one =
            PostgresDatabase.open(
                new PostgresServers(PostgresAddress.of(url, null)),
                PostgresSchema.LASTING,
                IMPATIENT);
        PostgresDatabase other = open();
        LogTables first = tables(one);
        LogTables second = tables(other)) {
      lockLobby(one, first);
      lockLobby(other, second);
      assertThatThrownBy(() -> first.commit(one))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> assertThat(StorageFault.of(e)).isEqualTo(StorageFault.UNREACHABLE));
    }
  }

  @Test
  void aStatementThatTakesTooLongIsEnded() throws SQLException {
    try (PostgresDatabase database =
            PostgresDatabase.open(
                new PostgresServers(PostgresAddress.of(url, null)),
                PostgresSchema.LASTING,
                IMPATIENT);
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("SELECT pg_sleep(60)"))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> assertThat(StorageFault.of(e)).isEqualTo(StorageFault.LOCKED));
    }
  }

  @Test
  void aReadingIsOfOneMomentAndChangesNothing() throws SQLException {
    try (PostgresDatabase database = open();
        LogTables writer = tables(database);
        Readers readers = new Readers(2, 10);
        ReadDatabase reading = new ReadDatabase(readers, database.reader())) {
      List<Long> found =
          reading.read(
              "terms",
              connection -> {
                List<Long> lasts = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                  try (ResultSet result =
                      connection.query("SELECT count(*) FROM batch", in -> {})) {
                    result.next();
                    lasts.add(result.getLong(1));
                  }
                  if (i == 0) {
                    writer.begin(7);
                    writer.commit(database);
                  }
                }
                return lasts;
              });
      assertThat(found).containsExactly(0L, 0L);
      assertThat(writer.beginning()).isEqualTo(7);
      writer.rollback();
      assertThatThrownBy(() ->
              reading.read(
                  "a change",
                  connection -> connection.query("DELETE FROM batch RETURNING term", in -> {})))
          .hasMessageContaining("read-only");
      // Its connection is given back.
      await()
          .atMost(TestServer.PATIENCE)
          .until(() ->
              Postgres.ask(
                      url,
                      "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'"
                          + " AND datname = current_database()")
                  .equals("0"));
    }
  }

  /// Not all of it is in memory because somebody reads the beginning.
  @Test
  void aLongResultComesInParts() throws SQLException {
    try (PostgresDatabase database = open();
        Readers readers = new Readers(1, 10);
        ReadDatabase reading = new ReadDatabase(readers, database.reader())) {
      String open =
          "SELECT count(*) FROM pg_cursors WHERE statement LIKE '%SELECT generate_series%'";
      List<Long> unfinished =
          reading.read(
              "a long result",
              connection -> {
                List<Long> counts = new ArrayList<>();
                try (ResultSet all =
                    connection.query("SELECT generate_series(1, 1000)", in -> {})) {
                  all.next();
                  counts.add(number(connection, open));
                  int rows = 1;
                  while (all.next()) {
                    rows++;
                  }
                  assertThat(rows).isEqualTo(1_000);
                }
                counts.add(number(connection, open));
                return counts;
              });
      assertThat(unfinished).hasSize(2);
      assertThat(unfinished.getFirst()).isGreaterThan(unfinished.getLast());
    }
  }

  private static long number(ReadConnection connection, String sql) throws SQLException {
    try (ResultSet result = connection.query(sql, in -> {})) {
      result.next();
      return result.getLong(1);
    }
  }

  @Test
  void whatTheServerItselfRefusesIsNotStored() throws SQLException {
    try (PostgresDatabase database = open();
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE once (id int UNIQUE DEFERRABLE INITIALLY DEFERRED);"
              + "INSERT INTO once VALUES (1), (1)");
      assertThatThrownBy(() -> database.commit(connection))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(database.mayComeToLight(e)).isFalse());

      assertThatThrownBy(() -> statement.execute("SELECT 1 / 0")).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> database.commit(connection))
          .as("a transaction that has failed before")
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(database.mayComeToLight(e)).isFalse());
    }
  }

  @Test
  void aSessionThatIsEndedLeavesTheOutcomeOpen() throws SQLException {
    try (PostgresDatabase database = open();
        Connection connection = database.connect();
        LogTables tables = LogTables.of(connection, database.isShared())) {
      lockLobby(database, tables);
      long pid = tables.connection().unwrap(org.postgresql.PGConnection.class).getBackendPID();
      Postgres.ask(url, "SELECT pg_terminate_backend(" + pid + ")");
      assertThatThrownBy(() -> database.commit(connection))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> {
                assertThat(database.mayComeToLight(e)).isTrue();
                assertThat(StorageFault.of(e)).isEqualTo(StorageFault.UNREACHABLE);
              });
    }
  }

  /// Whoever commits and begins again at once would be there before one that has yet to wake up.
  @Test
  void writersOfOneRoomTakeTurns() throws Exception {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    try (PostgresDatabase database = open();
        LogTables busy = tables(database);
        LogTables patient = tables(database)) {
      lockLobby(database, busy);
      database.commit(busy.connection());
      for (int round = 0; round < 20; round++) {
        lockLobby(database, busy);
        CompletableFuture<Void> second =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    lockLobby(database, patient);
                    order.add("patient");
                    database.commit(patient.connection());
                  } catch (SQLException e) {
                    throw new IllegalStateException(e);
                  }
                },
                task -> Thread.ofPlatform().start(task));
        String waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname ="
                + " current_database()";
        await().atMost(TestServer.PATIENCE).until(() -> Postgres.ask(url, waiting).equals("1"));
        database.commit(busy.connection());
        lockLobby(database, busy);
        order.add("busy");
        database.commit(busy.connection());
        second.orTimeout(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      }
    }
    assertThat(order).startsWith("patient").doesNotContainSequence("busy", "busy");
    assertThat(order).doesNotContainSequence("patient", "patient");
  }

  /// So that tables can be spread over several machines by either, see docs/scaling.md. What is
  /// looked up by another key is small, and would be on each of them.
  @Test
  void everyKeyBeginsWithTheTopicOrTheClient() {
    open().close();
    String keys =
        "SELECT coalesce(string_agg(i.indrelid::regclass || ' ' || i.indexrelid::regclass, ', '"
            + " ORDER BY 1), '') FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid JOIN"
            + " pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid ="
            + " c.oid AND a.attnum = i.indkey[0] WHERE i.indisunique AND n.nspname = 'tertulia' AND"
            + " a.attname NOT IN ('topic_id', 'client') AND NOT (c.relname = 'topic_state' AND"
            + " a.attname = 'id') AND c.relname NOT IN ('api_key', 'batch',"
            + " 'flyway_schema_history', 'node', 'outbox', 'revocation', 'topic_name')";
    assertThat(Postgres.ask(url, keys)).isEmpty();
  }
}
