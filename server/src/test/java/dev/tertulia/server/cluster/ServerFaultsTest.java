package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.LobbyLoad;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes publish to one room while their PostgreSQL or their Redis fails, and comes back
/// without another one taking its place.
@Tag("long")
final class ServerFaultsTest {
  @TempDir private Path folder;

  private void ofPostgres(String after, BiConsumer<LobbyLoad, Postgres> suffer) {
    try (Redis redis = new Redis(folder);
        Postgres postgres = Postgres.start();
        TestCluster cluster =
            new TestCluster(3, redis, Map.of(Setting.DATABASE, postgres.newDatabase()));
        LobbyLoad load = new LobbyLoad(cluster.ports())) {
      suffer.accept(load, postgres);
      load.end(after);
    }
  }

  @Test
  void postgresIsKilledAndStartedAgain() {
    ofPostgres(
        "its start",
        (load, postgres) -> {
          postgres.kill();
          load.talkers().awaitRefusal();
          postgres.restart();
        });
  }

  /// Its connections stay open, and nothing is answered.
  @Test
  void postgresFreezesAndGoesOn() {
    ofPostgres(
        "it goes on",
        (load, postgres) -> {
          postgres.pause();
          load.talkers().awaitRefusal();
          postgres.resume();
        });
  }

  /// For less than the servers wait for an answer: nobody is refused.
  @Test
  void postgresFreezesForAMoment() {
    ofPostgres(
        "it goes on",
        (load, postgres) -> {
          for (int i = 0; i < 5; i++) {
            postgres.pause();
            await().pollDelay(TestServer.PATIENCE.dividedBy(100)).until(() -> true);
            postgres.resume();
            load.talkers().await(30);
          }
          assertThat(load.talkers().refusals()).isZero();
        });
  }

  @Test
  void redisIsFlushed() {
    try (Redis redis = new Redis(folder);
        TestCluster cluster = new TestCluster(3, redis, Map.of());
        LobbyLoad load = new LobbyLoad(cluster.ports())) {
      for (int i = 0; i < 10; i++) {
        assertThat(redis.say("FLUSHALL")).isEqualTo("+OK");
        load.talkers().await(50);
        load.awaitHeard();
      }
      load.end("a flush");
      assertThat(load.talkers().refusals()).isZero();
    }
  }

  @Test
  void redisFreezesAndGoesOn() {
    try (Redis redis = new Redis(folder);
        TestCluster cluster = new TestCluster(3, redis, Map.of());
        LobbyLoad load = new LobbyLoad(cluster.ports())) {
      redis.pause();
      load.talkers().awaitAll("Redis freezes");
      load.talkers().await(1_000);
      load.awaitHeard();
      redis.resume();
      load.end("it goes on");
      assertThat(load.talkers().refusals()).isZero();
    }
  }

  /// The master freezes, and is replaced; then both change places while both answer.
  @Test
  void aSentinelReplacesRedis() {
    try (Redis master = new Redis(folder);
        Redis replica =
            new Redis(folder, "--replicaof", "127.0.0.1", String.valueOf(master.port()));
        Redis sentinel = Redis.sentinel(folder, master)) {
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> sentinel.say("SENTINEL REPLICAS tertulia").equals("*1"));
      String address = "redis-sentinel://127.0.0.1:%s#tertulia".formatted(sentinel.port());
      try (TestCluster cluster = new TestCluster(3, null, Map.of(Setting.REDIS, address));
          LobbyLoad load = new LobbyLoad(cluster.ports())) {
        awaitNodesAt(master, cluster, load);
        master.pause();
        awaitNodesAt(replica, cluster, load);
        master.resume();
        await().atMost(TestServer.PATIENCE).until(() -> master.say("ROLE"), "*5"::equals);
        await()
            .atMost(TestServer.PATIENCE)
            .until(() -> sentinel.say("SENTINEL FAILOVER tertulia").equals("+OK"));
        // Until then nodes meet at what is still a master.
        await().atMost(TestServer.PATIENCE).until(() -> replica.say("ROLE"), "*5"::equals);
        awaitNodesAt(master, cluster, load);
        load.end("the change");
        assertThat(load.talkers().refusals()).isZero();
      }
    }
  }

  /// All nodes listen at one server, and meanwhile more is said.
  private static void awaitNodesAt(Redis redis, TestCluster cluster, LobbyLoad load) {
    // With its role come three lines, and five if that is a replica's.
    await().atMost(TestServer.PATIENCE).until(() -> redis.say("ROLE"), "*3"::equals);
    long begin = System.nanoTime();
    String database = cluster.database();
    String publish =
        "PUBLISH tertulia:%s:all x".formatted(database.substring(database.lastIndexOf('/') + 1));
    await().atMost(TestServer.PATIENCE).until(() -> redis.say(publish), ":3"::equals);
    System.out.printf(
        "all nodes use the new master after %s ms%n", (System.nanoTime() - begin) / 1_000_000);
    load.talkers().await(100);
    load.awaitHeard();
  }
}
