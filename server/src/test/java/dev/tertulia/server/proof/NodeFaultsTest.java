package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.PersistentTalkers;
import dev.tertulia.server.testing.PersistentTalkers.Said;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
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

  @TempDir private Path folder;

  private final String database = Postgres.shared().newDatabase();
  private final List<ServerUnderTest> nodes = new ArrayList<>();
  private Redis redis;

  @BeforeEach
  void start() throws IOException {
    redis = new Redis(folder);
    for (int i = 1; i <= 3; i++) {
      nodes.add(
          ServerUnderTest.start(
              Files.createDirectory(folder.resolve("node" + i)),
              Map.of(
                  "TERTULIA_DATABASE",
                  database,
                  "TERTULIA_REDIS",
                  redis.address(),
                  "TERTULIA_NODE",
                  "node" + i),
              List.of()));
    }
  }

  @AfterEach
  void end() {
    nodes.forEach(ServerUnderTest::close);
    redis.close();
    Postgres.shared().drop(database);
  }

  private List<Integer> ports() {
    return nodes.stream().map(ServerUnderTest::port).toList();
  }

  private static FullPeer listener(int port, String client) {
    FullPeer listener = FullPeer.connect(port, client);
    listener.ask("'type':'hello'");
    listener.ask(JOIN);
    return listener;
  }

  /// Everything is there once, in the order in which each client has sent it, and so every listener
  /// has seen it.
  private static void require(List<Said> said, List<FullPeer> listeners) {
    PersistentTalkers.requireOrder(said);
    assertThat(said)
        .extracting(Said::offset)
        .isEqualTo(LongStream.rangeClosed(1, said.size()).boxed().toList());
    for (FullPeer listener : listeners) {
      List<Said> heard = new ArrayList<>();
      while (heard.size() < said.size()) {
        Json frame = listener.next(NodeFaultsTest::isStoredOrStartsOver);
        assertThat(frame.type()).as("it does not start over").isEqualTo("chat");
        heard.add(Said.of(frame));
      }
      assertThat(heard).isEqualTo(said);
      assertThat(listener.rest()).noneMatch(NodeFaultsTest::isStoredOrStartsOver);
      listener.close();
    }
  }

  private static boolean isStoredOrStartsOver(Json frame) {
    return (frame.type().equals("chat") && frame.has("offset")) || frame.type().equals("joined");
  }

  @Test
  void aNodeIsKilled() {
    List<FullPeer> listeners = new ArrayList<>();
    ports().subList(0, 2).forEach(port -> listeners.add(listener(port, "listener")));
    FullPeer watcher = listener(nodes.getFirst().port(), "watcher");
    watcher.ask("'type':'presence','room':'lobby'");
    FullPeer lost = listener(nodes.getLast().port(), "lost");
    assertThat(watcher.next(frame -> isPresence(frame, "joined", "lost")).text("room"))
        .isEqualTo("lobby");
    List<Said> said;
    try (PersistentTalkers talkers = new PersistentTalkers(ports())) {
      talkers.await(300);
      nodes.getLast().kill();
      talkers.awaitAll("the end of a node");
      long killed = System.nanoTime();
      watcher.next(frame -> isPresence(frame, "left", "lost"));
      System.out.printf(
          "its clients leave within %s ms%n", (System.nanoTime() - killed) / 1_000_000);
      talkers.await(300);
      assertThat(talkers.moves()).isPositive();
      said = talkers.end();
    }
    assertThat(watcher.rest()).noneMatch(frame -> isPresence(frame, "left", "lost"));
    require(said, listeners);
    watcher.close();
    lost.close();
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
    List<FullPeer> listeners = new ArrayList<>();
    ports().forEach(port -> listeners.add(listener(port, "listener")));
    List<Said> said;
    try (PersistentTalkers talkers = new PersistentTalkers(ports())) {
      for (int i = 0; i < STOPS; i++) {
        talkers.await(50 + seeded.random().nextInt(50));
        ServerUnderTest stopped = nodes.get(seeded.random().nextInt(nodes.size()));
        stopped.pause();
        talkers.await(100);
        stopped.resume();
        talkers.awaitAll("a stop");
      }
      said = talkers.end();
    }
    require(said, listeners);
  }

  @Test
  @Tag("long")
  void aNodeIsStoppedForAMinuteAndContinued() throws IOException, InterruptedException {
    List<FullPeer> listeners = new ArrayList<>();
    ports().forEach(port -> listeners.add(listener(port, "listener")));
    List<Said> said;
    try (PersistentTalkers talkers = new PersistentTalkers(ports())) {
      talkers.await(200);
      nodes.getLast().pause();
      await().pollDelay(Duration.ofMinutes(1)).atMost(Duration.ofMinutes(2)).until(() -> true);
      nodes.getLast().resume();
      talkers.awaitAll("a minute's stop");
      talkers.await(100);
      said = talkers.end();
    }
    require(said, listeners);
    try (FullPeer late = listener(nodes.getLast().port(), "late")) {
      assertThat(late.ask("'type':'chat','room':'lobby','message':'m'").number("offset"))
          .isEqualTo(said.size() + 1);
    }
  }
}
