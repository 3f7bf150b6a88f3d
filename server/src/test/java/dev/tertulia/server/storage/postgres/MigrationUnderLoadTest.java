package dev.tertulia.server.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.LobbyLoad;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A server of the next version changes a table that nodes write all the time, while somebody reads
/// it in a transaction that stays open, such as that of a dump.
@Tag(Postgres.TAG)
@Tag("long")
final class MigrationUnderLoadTest {
  private static final String WAITS =
      "SELECT coalesce(CAST(max(query_start) AS text), '') FROM pg_stat_activity"
          + " WHERE wait_event_type = 'Lock' AND query LIKE '%ALTER TABLE%'"
          + " AND pid <> pg_backend_pid() AND datname = current_database()";

  private static final int ATTEMPTS = 4;

  /// From one message to the next: a server takes a hundred a second of a client.
  private static final Duration PAUSE = Duration.ofMillis(12);

  @Test
  void nobodyWaitsLongBehindAMigrationThatWaitsForADump() throws Exception {
    try (TestCluster cluster = new TestCluster(2, null, Map.of());
        LobbyLoad load = new LobbyLoad(cluster.ports());
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
        Connection dump = Postgres.connectTo(cluster.database());
        Statement statement = dump.createStatement()) {
      dump.setAutoCommit(false);
      statement.execute("SELECT count(*) FROM tertulia.entry");
      List<String> folders = new ArrayList<>(PostgresSchema.LASTING.folders());
      folders.add("db/next");
      PostgresConnections connections =
          new PostgresConnections(
              new PostgresServers(PostgresAddress.of(cluster.database(), null)),
              PostgresSchema.LASTING);
      CompletableFuture<Void> migration =
          CompletableFuture.runAsync(() -> PostgresMigrations.run(connections, folders));
      AtomicBoolean ending = new AtomicBoolean();
      CompletableFuture<List<Long>> publishing =
          CompletableFuture.supplyAsync(() -> publish(ana, ending), Thread::startVirtualThread);
      String waited = "";
      for (int i = 0; i < ATTEMPTS; i++) {
        String before = waited;
        waited =
            await()
                .atMost(TestServer.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(
                    () -> Postgres.ask(cluster.database(), WAITS),
                    now -> !now.isEmpty() && !now.equals(before));
      }
      ending.set(true);
      List<Long> times = publishing.orTimeout(60, TimeUnit.SECONDS).join();
      Collections.sort(times);
      System.out.printf(
          "%s published beside a migration that waits: p99 %s ms, at most %s ms%n",
          times.size(), times.get(times.size() * 99 / 100), times.getLast());
      assertThat(migration).isNotDone();
      dump.rollback();
      migration.orTimeout(60, TimeUnit.SECONDS).join();
      assertThat(load.talkers().refusals()).isZero();
      load.end("the migration");
      assertThat(Postgres.ask(cluster.database(), "SELECT count(added) FROM entry")).isEqualTo("0");
    }
  }

  /// Publishes one message after the other.
  ///
  /// @return how long each took, in milliseconds
  private static List<Long> publish(FullPeer peer, AtomicBoolean ending) {
    List<Long> times = new ArrayList<>();
    while (!ending.get()) {
      long begin = System.nanoTime();
      assertThat(peer.ask("'type':'chat','room':'plaza','message':'m'").type()).isEqualTo("ok");
      times.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return times;
  }
}
