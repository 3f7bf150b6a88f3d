package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.LobbyLoad;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes, each of them a process, of which the clock of one is an hour ahead, and that of
/// another an hour behind.
@Tag("system")
@Tag("long")
final class ClockFaultsTest {
  private static final String CLOCK =
      "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
  private static final String JOIN = "'type':'join','room':'lobby'";
  private static final String RULES = "[{name: brief, keep: 30m}]";

  @TempDir private Path folder;

  private ProcessCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new ProcessCluster(folder);
    cluster.start(settings(1, 0));
    cluster.start(settings(2, 3_600));
    cluster.start(settings(3, -3_600));
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  /// @param ahead by how many seconds the clock of the node is wrong
  private Map<String, String> settings(int number, int ahead) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("TERTULIA_ROOMS", RULES);
    if (ahead != 0) {
      Path data = Files.createDirectories(cluster.data(number));
      settings.put("JAVA_TOOL_OPTIONS", WrongClock.options(data, ahead));
    }
    return settings;
  }

  private static FullPeer peer(ServerUnderTest node, String client) {
    FullPeer peer = FullPeer.connect(node.port(), client);
    peer.ask("'type':'hello'");
    peer.ask(JOIN);
    return peer;
  }

  @Test
  void clocksOfNodesAreWrongByAnHour() {
    long begin = Long.parseLong(Postgres.ask(cluster.database(), CLOCK)) - 1;
    try (FullPeer watcher = peer(cluster.node(1), "watcher");
        LobbyLoad load = new LobbyLoad(cluster.ports())) {
      // Nothing that is half an hour old.
      watcher.ask("'type':'chat','room':'brief','message':'kept'");
      load.end("the start");
      assertThat(load.talkers().refusals()).isZero();
      long end = Long.parseLong(Postgres.ask(cluster.database(), CLOCK)) + 1;
      assertThat(
              Postgres.ask(
                  cluster.database(), "SELECT min(time) >= %s FROM entry".formatted(begin)))
          .isEqualTo("t");
      assertThat(
              Postgres.ask(cluster.database(), "SELECT max(time) <= %s FROM entry".formatted(end)))
          .isEqualTo("t");
      for (ServerUnderTest node : cluster.nodes()) {
        try (FullPeer peer = peer(node, "late")) {
          assertThat(
                  peer.ask("'type':'history','room':'brief'").objects("messages").stream()
                      .map(message -> message.text("message")))
              .containsExactly("kept");
        }
      }
    }
  }

  /// Others do not take it for one that is not there any more.
  @Test
  void aNodeWhoseClockWasAheadIsHeardWhenItIsStartedAgainWithTheRightOne() throws IOException {
    try (FullPeer watcher = peer(cluster.node(1), "watcher")) {
      try (FullPeer ana = peer(cluster.node(2), "ana")) {
        awaitTyping(ana, watcher);
      }
      cluster.node(2).kill();
      cluster.startAgain(2, settings(2, 0));
      try (FullPeer ana = peer(cluster.node(2), "ana")) {
        awaitTyping(ana, watcher);
      }
    }
  }

  private static void awaitTyping(FullPeer from, FullPeer to) {
    to.rest();
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> {
          from.say("'type':'typing','room':'lobby'");
          return to.rest().stream().map(Json::type).anyMatch("typing"::equals);
        });
  }
}
