package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.LobbyLoad;
import dev.tertulia.server.testing.OperatorApi;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One of three nodes, each of them a process, is killed or stopped while all publish to one room:
/// nothing that was acknowledged is lost, doubled or out of order, and nobody misses anything.
@Tag("system")
@Tag("long")
final class NodeFaultsTest {
  private static final String JOIN = "'type':'join','room':'lobby'";
  private static final int STOPS = 5;

  /// Of each client at most.
  private static final int CONNECTIONS = 3;

  @TempDir private Path folder;

  private ProcessCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new ProcessCluster(folder);
    for (int i = 0; i < 3; i++) {
      cluster.start(Map.of("TERTULIA_LIMITS_CONNECTIONS_PER_CLIENT", String.valueOf(CONNECTIONS)));
    }
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  private static FullPeer listener(int port, String client) {
    FullPeer listener = FullPeer.connect(port, client);
    listener.ask("'type':'hello'");
    listener.ask(JOIN);
    return listener;
  }

  @Test
  void aNodeIsKilled() {
    FullPeer watcher = listener(cluster.node(1).port(), "watcher");
    watcher.ask("'type':'presence','room':'lobby'");
    List<FullPeer> lost = new ArrayList<>();
    try (watcher) {
      for (int i = 0; i < CONNECTIONS; i++) {
        lost.add(listener(cluster.node(3).port(), "lost"));
      }
      assertThat(watcher.nextPresenceOf("lost").text("event")).isEqualTo("joined");
      // It has as many as it may have.
      await().atMost(TestServer.PATIENCE).until(() -> isRefused(cluster.node(1), "lost"));
      try (LobbyLoad load = new LobbyLoad(cluster.ports(), cluster.ports().subList(0, 2))) {
        cluster.node(3).kill();
        load.talkers().awaitAll("the end of a node");
        long killed = System.nanoTime();
        watcher.next(frame -> isPresence(frame, "left", "lost"));
        System.out.printf(
            "its clients leave within %s ms%n", (System.nanoTime() - killed) / 1_000_000);
        lost.add(listener(cluster.node(1).port(), "lost"));
        load.end("that");
        assertThat(load.talkers().moves()).isPositive();
      }
      assertThat(watcher.rest()).noneMatch(frame -> isPresence(frame, "left", "lost"));
    } finally {
      lost.forEach(FullPeer::close);
    }
  }

  /// Whether a client may not connect, because it has too many connections.
  private static boolean isRefused(ServerUnderTest node, String client) {
    try (FullPeer peer = FullPeer.connect(node.port(), client)) {
      try {
        peer.ask("'type':'hello'");
        return false;
      } catch (FullPeer.ClosedException | CompletionException e) {
        return peer.closeCode() == 4502;
      }
    }
  }

  /// Whoever asks all nodes meanwhile is answered by those that do, and told which one does not.
  @Test
  void allNodesAreAskedWhileOneIsStopped() throws IOException, InterruptedException {
    Path data = cluster.data(1);
    try (FullPeer ana = listener(cluster.node(2).port(), "ana");
        FullPeer bea = listener(cluster.node(3).port(), "bea")) {
      await().atMost(TestServer.PATIENCE).until(() -> isCount(data, 2));
      cluster.node(3).pause();
      long begin = System.nanoTime();
      try (OperatorApi.Lines answer =
          OperatorApi.post(data, "/api/v1/admin/revocations", "{\"client\":\"ana\"}")) {
        System.out.printf("answered after %s ms%n", (System.nanoTime() - begin) / 1_000_000);
        assertThat(answer.status()).isEqualTo(201);
        Json done = answer.next();
        assertThat(done.number("disconnected")).isEqualTo(1);
        assertThat(done.texts("missing_nodes")).containsExactly("node3");
      }
      assertThat(ana.closeCode()).isEqualTo(4500);
      for (String question : List.of("/api/v1/stats", "/api/v1/rooms/lobby/presence")) {
        await()
            .atMost(TestServer.PATIENCE)
            .until(() -> {
              Json answer = OperatorApi.get(data, question);
              return answer.has("missing_nodes")
                  && answer.texts("missing_nodes").equals(List.of("node3"));
            });
      }
      CommandRun command =
          CommandRun.of(
              Map.of("TERTULIA_DATA", data.toString()), "", false, "revoke", "client", "bea");
      assertThat(command.exit()).as(command.err()).isZero();
      assertThat(command.err()).contains("Connections closed: 0.", "Not answered yet: node3.");
      cluster.node(3).resume();
      assertThat(bea.closeCode()).isEqualTo(4500);
      await().atMost(TestServer.PATIENCE).until(() -> isCount(data, 0));
    }
  }

  /// Whether the node with this data folder knows of that many connections, and of all nodes.
  private static boolean isCount(Path data, int connections) {
    Json stats = OperatorApi.get(data, "/api/v1/stats");
    return stats.number("connections") == connections && !stats.has("missing_nodes");
  }

  private static boolean isPresence(Json frame, String event, String client) {
    return frame.type().equals("presence")
        && frame.has("event")
        && frame.text("event").equals(event)
        && frame.text("client").equals(client);
  }

  /// At moments of chance, so in the middle of a transaction, too, whose locks the others need.
  @Test
  void aNodeIsStoppedAndContinuedAgainAndAgain() throws IOException, InterruptedException {
    Seeded seeded = Seeded.print();
    try (LobbyLoad load = new LobbyLoad(cluster.ports())) {
      for (int i = 0; i < STOPS; i++) {
        load.talkers().await(50 + seeded.random().nextInt(50));
        ServerUnderTest stopped = cluster.node(1 + seeded.random().nextInt(3));
        stopped.pause();
        load.talkers().await(100);
        stopped.resume();
        load.talkers().awaitAll("a stop");
      }
      load.end("all stops");
    }
  }

  @Test
  @Tag("long")
  void aNodeIsStoppedForAMinuteAndContinued() throws IOException, InterruptedException {
    int said;
    try (LobbyLoad load = new LobbyLoad(cluster.ports())) {
      cluster.node(3).pause();
      await().pollDelay(Duration.ofMinutes(1)).atMost(Duration.ofMinutes(2)).until(() -> true);
      cluster.node(3).resume();
      said = load.end("a minute's stop").size();
    }
    try (FullPeer late = listener(cluster.node(3).port(), "late")) {
      assertThat(late.ask("'type':'chat','room':'lobby','message':'m'").number("offset"))
          .isEqualTo(said + 1);
    }
  }
}
