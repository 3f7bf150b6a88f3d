package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.PersistentTalkers;
import dev.tertulia.server.testing.PersistentTalkers.Said;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes publish to one room while the network between one of them and PostgreSQL or Redis
/// drops everything, or is slow: nothing is lost, doubled or out of order.
@Tag("long")
final class PartitionTest {
  @TempDir private Path folder;

  /// @param suffer is given the ways of the third node to PostgreSQL and to Redis
  private void test(BiConsumer<PersistentTalkers, Ways> suffer) {
    String database = Postgres.shared().newDatabase();
    try (Redis redis = new Redis(folder);
        Ways ways = new Ways(database, redis);
        TestCluster cluster =
            new TestCluster(
                redis,
                List.of(
                    Map.of(Setting.DATABASE, database),
                    Map.of(Setting.DATABASE, database),
                    ways.settings()))) {
      List<FullPeer> listeners = new ArrayList<>();
      for (TestServer node : cluster.nodes()) {
        FullPeer listener = FullPeer.hello(node, "listener", "");
        listener.ask("'type':'join','room':'lobby'");
        listeners.add(listener);
      }
      List<Said> said;
      try (PersistentTalkers talkers = new PersistentTalkers(cluster.ports())) {
        talkers.await(200);
        suffer.accept(talkers, ways);
        talkers.awaitAll("the end of it");
        talkers.await(200);
        said = talkers.end();
      }
      PersistentTalkers.requireOrder(said);
      assertThat(said)
          .extracting(Said::offset)
          .isEqualTo(LongStream.rangeClosed(1, said.size()).boxed().toList());
      for (FullPeer listener : listeners) {
        List<Said> heard = new ArrayList<>();
        while (heard.size() < said.size()) {
          Json frame = listener.next(PartitionTest::isStoredOrStartsOver);
          assertThat(frame.type()).as("it does not start over").isEqualTo("chat");
          heard.add(Said.of(frame));
        }
        assertThat(heard).isEqualTo(said);
        assertThat(listener.rest()).noneMatch(PartitionTest::isStoredOrStartsOver);
        listener.close();
      }
    }
    Postgres.shared().drop(database);
  }

  private static boolean isStoredOrStartsOver(Json frame) {
    return (frame.type().equals("chat") && frame.has("offset")) || frame.type().equals("joined");
  }

  @Test
  void aNodeIsCutOffFromPostgres() {
    test((talkers, ways) -> {
      ways.toDatabase().cut(true);
      talkers.await(300);
      ways.toDatabase().cut(false);
    });
  }

  @Test
  void aNodeIsCutOffFromPostgresUntilItRefuses() {
    test((talkers, ways) -> {
      ways.toDatabase().cut(true);
      talkers.awaitRefusal();
      ways.toDatabase().cut(false);
    });
  }

  @Test
  void aNodeIsCutOffFromRedis() {
    test((talkers, ways) -> {
      ways.toRedis().cut(true);
      talkers.awaitAll("the cut");
      talkers.await(1_000);
      ways.toRedis().cut(false);
    });
  }

  @Test
  void aNodeIsCutOffFromBoth() {
    test((talkers, ways) -> {
      ways.toDatabase().cut(true);
      ways.toRedis().cut(true);
      talkers.awaitRefusal();
      talkers.await(300);
      ways.toDatabase().cut(false);
      ways.toRedis().cut(false);
    });
  }

  /// Each of its packets to the database takes 100 ms.
  @Test
  void theDatabaseIsSlowForOneNode() {
    test((talkers, ways) -> {
      ways.toDatabase().delay(100);
      talkers.awaitAll("the slowing");
      talkers.await(300);
      ways.toDatabase().delay(0);
    });
  }
}
