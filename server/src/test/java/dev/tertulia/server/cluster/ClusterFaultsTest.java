package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nothing is lost, doubled or out of order while Redis goes and comes back, or clients move
/// between nodes, under load.
final class ClusterFaultsTest {
  private static final String JOIN = "'type':'join','room':'lobby'";
  private static final int RECONNECTS = 1_000;
  private static final int WANDERERS = 4;

  @TempDir private Path folder;

  /// Clients that talk in the lobby, one on each node, until they are closed.
  private static final class Talkers implements AutoCloseable {
    private final AtomicInteger said = new AtomicInteger();
    private final List<CompletableFuture<Void>> talking = new ArrayList<>();
    private volatile boolean ending;

    Talkers(TestCluster cluster) {
      for (TestServer node : cluster.nodes()) {
        talking.add(CompletableFuture.runAsync(() -> talk(node), Thread::startVirtualThread));
      }
    }

    private void talk(TestServer node) {
      try (FullPeer talker = FullPeer.hello(node, "talker" + node.port(), "")) {
        while (!ending) {
          Json reply = talker.ask("'type':'chat','room':'lobby','message':'m'");
          assertThat(reply.type()).isEqualTo("ok");
          said.incrementAndGet();
        }
      }
    }

    /// Waits until so many more messages are stored.
    void await(int more) {
      int from = said.get();
      Awaitility.await().atMost(TestServer.PATIENCE).until(() -> said.get() >= from + more);
    }

    /// @return how many messages were stored in all
    int end() {
      ending = true;
      talking.forEach(CompletableFuture::join);
      return said.get();
    }

    @Override
    public void close() {
      ending = true;
    }
  }

  @Test
  void redisIsKilledAndComesBackUnderLoad() {
    try (Redis redis = new Redis(folder);
        TestCluster cluster = new TestCluster(3, redis, Map.of())) {
      List<FullPeer> listeners = new ArrayList<>();
      for (TestServer node : cluster.nodes()) {
        FullPeer listener = FullPeer.hello(node, "listener", "");
        listener.ask(JOIN);
        listeners.add(listener);
      }
      int all;
      try (Talkers talkers = new Talkers(cluster)) {
        talkers.await(200);
        redis.kill();
        talkers.await(300);
        redis.start();
        talkers.await(300);
        all = talkers.end();
      }
      List<Long> offsets = LongStream.rangeClosed(1, all).boxed().toList();
      for (FullPeer listener : listeners) {
        List<Long> heard = new ArrayList<>();
        while (heard.size() < all) {
          heard.add(listener.next(ClusterFaultsTest::isStored).number("offset"));
        }
        assertThat(heard).isEqualTo(offsets);
        assertThat(listener.rest()).noneMatch(ClusterFaultsTest::isStored);
        listener.close();
      }
    }
  }

  /// Whether it is a message, and not that somebody has left.
  private static boolean isStored(Json frame) {
    return frame.type().equals("chat") && frame.has("offset");
  }

  /// Goes from node to node, and continues each time where it was.
  private static List<Long> wander(TestCluster cluster, String name, int times, String from) {
    List<Long> seen = new ArrayList<>();
    String after = from;
    for (int i = 0; i < times; i++) {
      try (FullPeer peer = FullPeer.hello(cluster.node(1 + (i + name.length()) % 3), name, "")) {
        Json joined = peer.ask(JOIN + ",'after':'" + after + "'");
        assertThat(joined.truth("recovered")).isTrue();
        List<Json> frames = new ArrayList<>(joined.objects("messages"));
        // What follows live, or is left of the replay.
        frames.add(peer.next(ClusterFaultsTest::isStored));
        frames.addAll(peer.rest().stream().filter(ClusterFaultsTest::isStored).toList());
        for (Json frame : frames) {
          seen.add(frame.number("offset"));
          after = frame.text("pos");
        }
      }
    }
    return seen;
  }

  @Test
  void clientsThatMoveBetweenNodesUnderLoadMissNothing() {
    try (Redis redis = new Redis(folder);
        TestCluster cluster = new TestCluster(3, redis, Map.of());
        FullPeer first = FullPeer.hello(cluster.node(1), "first", "")) {
      first.ask(JOIN);
      Json ok = first.ask("'type':'chat','room':'lobby','message':'m'");
      try (Talkers talkers = new Talkers(cluster)) {
        talkers.await(10);
        List<CompletableFuture<List<Long>>> wandering = new ArrayList<>();
        for (int i = 0; i < WANDERERS; i++) {
          String name = "w".repeat(i + 1);
          wandering.add(
              CompletableFuture.supplyAsync(
                  () -> wander(cluster, name, RECONNECTS / WANDERERS, ok.text("pos")),
                  Thread::startVirtualThread));
        }
        for (CompletableFuture<List<Long>> each : wandering) {
          List<Long> seen = each.join();
          long begin = ok.number("offset") + 1;
          assertThat(seen).isEqualTo(LongStream.range(begin, begin + seen.size()).boxed().toList());
        }
        assertThat(talkers.end()).isPositive();
      }
    }
  }
}
