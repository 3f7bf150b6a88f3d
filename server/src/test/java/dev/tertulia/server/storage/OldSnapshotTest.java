package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.await;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.postgres.PostgresNodes;
import dev.tertulia.server.storage.postgres.PostgresServers;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody else's transaction stays open in the database, such as that of a dump, for which
/// PostgreSQL keeps every version of a row that was changed since: what is changed by every batch
/// has thousands, and nobody may have to pass by them.
@Tag(Postgres.TAG)
final class OldSnapshotTest {
  private static final int BATCHES = 3_000;

  private static final int SAMPLE = 100;

  private static final List<String> NODES = List.of("node1", "node2", "node3");
  private static final int HOUR = 3_600;

  @TempDir private Path folder;

  @Test
  void aRoomThatIsWrittenAllTheTimeIsReadAndWrittenAsBefore() throws Exception {
    say(200);
    String url = Files.readString(folder.resolve(TestStore.ADDRESS));
    leaveToItself(url);
    long before = pagesPerBatch(url);
    try (Connection old = Postgres.connectTo(url);
        Statement statement = old.createStatement()) {
      old.setAutoCommit(false);
      old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("SELECT count(*) FROM topic");
      say(BATCHES);
      long meanwhile = pagesPerBatch(url);
      System.out.printf(
          "%s pages a batch, %s after %s batches beside an old snapshot%n",
          before, meanwhile, BATCHES);
      assertThat(meanwhile).isLessThan(2 * before);
      old.rollback();
    }
    assertThat(Postgres.ask(url, "SELECT head FROM topic"))
        .isEqualTo(Integer.toString(200 + BATCHES + 2 * SAMPLE));
  }

  /// Each changes its row every second, and reads those of all; what it passes by grows by pages
  /// full of versions, not by versions.
  @Test
  void nodesSayForAnHourThatTheyAreThere() throws SQLException {
    String url = Postgres.shared().newDatabase();
    PostgresServers servers = new PostgresServers(PostgresAddress.of(url, null));
    PostgresDatabase.open(servers).close();
    leaveToItself(url);
    try (Connection old = Postgres.connectTo(url);
        Statement statement = old.createStatement()) {
      old.setAutoCommit(false);
      old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("SELECT count(*) FROM node");
      beat(servers, HOUR);
      long before = pages(url);
      beat(servers, SAMPLE);
      long each = (pages(url) - before) / SAMPLE / NODES.size();
      System.out.printf("%s pages a sign of life after %s beside an old snapshot%n", each, HOUR);
      assertThat(each).isLessThan(HOUR / 8);
      old.rollback();
    }
    Postgres.shared().drop(url);
  }

  private static void beat(PostgresServers servers, int times) throws SQLException {
    try (PostgresNodes nodes = new PostgresNodes(servers)) {
      for (int i = 0; i < times; i++) {
        for (String node : NODES) {
          assertThat(nodes.beat(node, 1, 1, 1)).hasSizeLessThanOrEqualTo(NODES.size());
        }
      }
    }
  }

  /// No vacuum of PostgreSQL's own: what it reads would count as what batches read.
  private static void leaveToItself(String url) {
    Postgres.ask(
        url,
        """
        DO $$ DECLARE name regclass; BEGIN
          FOR name IN SELECT relid FROM pg_stat_user_tables LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name);
          END LOOP;
        END $$\
        """);
  }

  /// In a session of its own, each in a batch of its own.
  private void say(int times) {
    try (TestLog log = new TestLog(folder, TestStore.POSTGRES)) {
      for (int i = 0; i < times; i++) {
        CompletableFuture<Outcome> said = log.append(chat("m"), null);
        assertThat(await(said)).isInstanceOf(Outcome.Stored.class);
      }
    }
  }

  /// How many pages of tables and indexes are read for each batch now.
  private long pagesPerBatch(String url) {
    long before = pages(url);
    say(SAMPLE);
    return (pages(url) - before) / SAMPLE;
  }

  /// How many pages of the tables of the log were read. Each session tells it when it ends.
  private static long pages(String url) {
    Awaitility.await()
        .atMost(TestServer.PATIENCE)
        .until(() ->
            Postgres.ask(
                    url,
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tertulia'"
                        + " AND datname = current_database()")
                .equals("0"));
    return Long.parseLong(
        Postgres.ask(
            url,
            "SELECT sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0))"
                + " FROM pg_statio_user_tables"));
  }
}
