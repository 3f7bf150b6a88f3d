package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.PersistentTalkers;
import dev.tertulia.server.testing.PersistentTalkers.Said;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.SwitchingProxy;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes publish to one room while the network between one of them and PostgreSQL or Redis
/// drops everything, or is slow: nothing is lost, doubled or out of order.
@Tag("long")
final class PartitionTest {
  private static final int FAULTS = 12;

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

  /// What leads from one node to PostgreSQL and to Redis.
  ///
  /// @param toDatabase may be cut
  /// @param toRedis may be cut
  /// @param redis that of all nodes
  /// @param database the address of that of all nodes
  private record Ways(
      SwitchingProxy toDatabase, SwitchingProxy toRedis, Redis redis, String database)
      implements AutoCloseable {
    Ways(String database, Redis redis) {
      this(
          new SwitchingProxy(URI.create(database).getPort()),
          new SwitchingProxy(URI.create(redis.address()).getPort()),
          redis,
          database);
    }

    Map<Setting, String> settings() {
      return Map.of(
          Setting.DATABASE,
          through(database, toDatabase),
          Setting.REDIS,
          through(redis.address(), toRedis));
    }

    private static String through(String address, SwitchingProxy proxy) {
      return address.replace(":" + URI.create(address).getPort(), ":" + proxy.port());
    }

    @Override
    public void close() {
      toDatabase.close();
      toRedis.close();
    }
  }

  @Test
  void aNodeIsCutOffFromPostgres() {
    test((talkers, ways) -> {
      ways.toDatabase.cut(true);
      talkers.await(300);
      ways.toDatabase.cut(false);
    });
  }

  @Test
  void aNodeIsCutOffFromPostgresUntilItRefuses() {
    test((talkers, ways) -> {
      ways.toDatabase.cut(true);
      talkers.awaitRefusal();
      ways.toDatabase.cut(false);
    });
  }

  @Test
  void aNodeIsCutOffFromRedis() {
    test((talkers, ways) -> {
      ways.toRedis.cut(true);
      talkers.awaitAll("the cut");
      talkers.await(1_000);
      ways.toRedis.cut(false);
    });
  }

  @Test
  void aNodeIsCutOffFromBoth() {
    test((talkers, ways) -> {
      ways.toDatabase.cut(true);
      ways.toRedis.cut(true);
      talkers.awaitRefusal();
      talkers.await(300);
      ways.toDatabase.cut(false);
      ways.toRedis.cut(false);
    });
  }

  /// Each of its packets to the database takes 100 ms.
  @Test
  void theDatabaseIsSlowForOneNode() {
    test((talkers, ways) -> {
      ways.toDatabase.delay(100);
      talkers.awaitAll("the slowing");
      talkers.await(300);
      ways.toDatabase.delay(0);
    });
  }

  /// Whose Redis fails, too, and whose sessions PostgreSQL ends. During each fault one message is
  /// published to a room in which nothing follows that would show that it was missed.
  @Test
  void faultsAtRandom() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    test((talkers, ways) -> {
      List<FullPeer> listeners = new ArrayList<>();
      for (int port : talkers.ports()) {
        FullPeer listener = hello(port, "quiet");
        for (int i = 0; i < FAULTS; i++) {
          listener.ask("'type':'join','room':'quiet.%s'".formatted(i));
        }
        listeners.add(listener);
      }
      for (int i = 0; i < FAULTS; i++) {
        int more = 20 + random.nextInt(200);
        switch (random.nextInt(6)) {
          case 0 -> {
            ways.toDatabase.cut(true);
            talkers.await(more);
            sayOnce(talkers, "quiet." + i);
            ways.toDatabase.cut(false);
          }
          case 1 -> {
            ways.toRedis.cut(true);
            talkers.await(more);
            sayOnce(talkers, "quiet." + i);
            ways.toRedis.cut(false);
          }
          case 2 -> {
            ways.toDatabase.delay(random.nextInt(100));
            talkers.await(more);
            sayOnce(talkers, "quiet." + i);
            ways.toDatabase.delay(0);
          }
          case 3 -> {
            ways.redis.kill();
            talkers.await(more);
            sayOnce(talkers, "quiet." + i);
            ways.redis.start();
          }
          case 4 -> {
            ways.redis.pause();
            talkers.await(more);
            sayOnce(talkers, "quiet." + i);
            ways.redis.resume();
          }
          default -> {
            Postgres.ask(
                ways.database(),
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ="
                    + " 'tertulia' AND datname = current_database()");
            talkers.await(more);
            sayOnce(talkers, "quiet." + i);
          }
        }
      }
      for (FullPeer listener : listeners) {
        List<String> heard = new ArrayList<>();
        while (heard.size() < FAULTS) {
          heard.add(listener.next(PartitionTest::isStoredOrStartsOver).text("room"));
        }
        assertThat(heard).as(seeded.toString()).doesNotHaveDuplicates();
        listener.close();
      }
    });
  }

  private static FullPeer hello(int port, String client) {
    FullPeer peer = FullPeer.connect(port, client);
    peer.ask("'type':'hello'");
    return peer;
  }

  /// By a node whose network is whole.
  private static void sayOnce(PersistentTalkers talkers, String room) {
    String chat = "'type':'chat','room':'%s','message':'m','id':'%<s'".formatted(room);
    try (FullPeer peer = hello(talkers.ports().getFirst(), "once")) {
      await().atMost(TestServer.PATIENCE).until(() -> peer.ask(chat).type().equals("ok"));
    }
  }
}
