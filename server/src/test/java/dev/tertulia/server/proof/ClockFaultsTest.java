package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.LobbyLoad;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

  private final String database = Postgres.shared().newDatabase();
  private final List<ServerUnderTest> nodes = new ArrayList<>();
  private Redis redis;

  @BeforeEach
  void start() throws IOException {
    redis = new Redis(folder);
    nodes.add(node(1, 0));
    nodes.add(node(2, 3_600));
    nodes.add(node(3, -3_600));
  }

  @AfterEach
  void end() {
    nodes.forEach(ServerUnderTest::close);
    redis.close();
    Postgres.shared().drop(database);
  }

  /// @param ahead by how many seconds its clock is wrong
  private ServerUnderTest node(int number, int ahead) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("TERTULIA_DATABASE", database);
    settings.put("TERTULIA_REDIS", redis.address());
    settings.put("TERTULIA_NODE", "node" + number);
    settings.put("TERTULIA_ROOMS", RULES);
    Path data = Files.createDirectories(folder.resolve("node" + number));
    if (ahead != 0) {
      settings.put("JAVA_TOOL_OPTIONS", WrongClock.options(data, ahead));
    }
    return ServerUnderTest.start(data, settings, List.of());
  }

  private static FullPeer peer(ServerUnderTest node, String client) {
    FullPeer peer = FullPeer.connect(node.port(), client);
    peer.ask("'type':'hello'");
    peer.ask(JOIN);
    return peer;
  }

  @Test
  void clocksOfNodesAreWrongByAnHour() {
    long begin = Long.parseLong(Postgres.ask(database, CLOCK)) - 1;
    try (FullPeer watcher = peer(nodes.getFirst(), "watcher");
        LobbyLoad load = new LobbyLoad(nodes.stream().map(ServerUnderTest::port).toList())) {
      // Nothing that is half an hour old.
      watcher.ask("'type':'chat','room':'brief','message':'kept'");
      load.end("the start");
      assertThat(load.talkers().refusals()).isZero();
      long end = Long.parseLong(Postgres.ask(database, CLOCK)) + 1;
      assertThat(Postgres.ask(database, "SELECT min(time) >= %s FROM entry".formatted(begin)))
          .isEqualTo("t");
      assertThat(Postgres.ask(database, "SELECT max(time) <= %s FROM entry".formatted(end)))
          .isEqualTo("t");
      for (ServerUnderTest node : nodes) {
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
    try (FullPeer watcher = peer(nodes.getFirst(), "watcher")) {
      try (FullPeer ana = peer(nodes.get(1), "ana")) {
        awaitTyping(ana, watcher);
      }
      nodes.get(1).kill();
      nodes.set(1, node(2, 0));
      try (FullPeer ana = peer(nodes.get(1), "ana")) {
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
