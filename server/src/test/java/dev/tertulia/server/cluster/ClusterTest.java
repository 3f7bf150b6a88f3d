package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is promised to clients, whichever of three nodes they are connected to: with Redis, and
/// with nothing but the database.
@Tag(Postgres.TAG)
final class ClusterTest {
  private static final String JOIN = "'type':'join','room':'lobby'";
  private static final String CHAT = "'type':'chat','room':'lobby','message':'%s'";

  @TempDir private Path folder;

  private TestCluster cluster(boolean withRedis, Map<Setting, String> settings) {
    return TestCluster.of(3, withRedis, folder, settings);
  }

  private static List<Long> offsets(FullPeer peer, int count) {
    List<Long> offsets = new ArrayList<>();
    while (offsets.size() < count) {
      offsets.add(peer.next("chat").number("offset"));
    }
    return offsets;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatSeveralNodesStoreIsSeenOnEachInOneOrder(boolean withRedis) {
    int each = 100;
    try (TestCluster cluster = cluster(withRedis, Map.of())) {
      List<FullPeer> listeners = new ArrayList<>();
      for (TestServer node : cluster.nodes()) {
        FullPeer peer = FullPeer.hello(node, "listener" + listeners.size(), "");
        peer.ask(JOIN);
        listeners.add(peer);
      }
      List<CompletableFuture<Void>> talking = new ArrayList<>();
      for (TestServer node : cluster.nodes()) {
        talking.add(
            CompletableFuture.runAsync(() -> {
              try (FullPeer talker = FullPeer.hello(node, "talker" + node.port(), "")) {
                for (int i = 0; i < each; i++) {
                  assertThat(talker.ask(CHAT.formatted(i)).type()).isEqualTo("ok");
                }
              }
            }));
      }
      talking.forEach(CompletableFuture::join);
      List<Long> all = LongStream.rangeClosed(1, 3L * each).boxed().toList();
      for (FullPeer listener : listeners) {
        assertThat(offsets(listener, 3 * each)).isEqualTo(all);
        assertThat(listener.rest()).isEmpty();
      }
      // Only now: the others are told that one has left.
      listeners.forEach(FullPeer::close);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientResumesOnAnotherNode(boolean withRedis) {
    try (TestCluster cluster = cluster(withRedis, Map.of());
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "")) {
      ana.ask(JOIN);
      String after = ana.ask(CHAT.formatted("first")).text("pos");
      for (int node = 2; node <= 3; node++) {
        try (FullPeer bob = FullPeer.hello(cluster.node(node), "bob", "")) {
          Json joined = bob.ask(JOIN + ",'after':'" + after + "'");
          assertThat(joined.truth("recovered")).isTrue();
          ana.ask(CHAT.formatted("to node " + node));
          // It may be told that it has left the node before.
          Json next = bob.next(frame -> frame.type().equals("chat") && frame.has("offset"));
          assertThat(next.text("message")).isEqualTo("to node " + node);
          after = next.text("pos");
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anEditAndADeletionReachOtherNodes(boolean withRedis) {
    try (TestCluster cluster = cluster(withRedis, Map.of());
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
        FullPeer bob = FullPeer.hello(cluster.node(2), "bob", "")) {
      bob.ask(JOIN);
      ana.ask(JOIN);
      long offset = ana.ask(CHAT.formatted("secret")).number("offset");
      assertThat(bob.next("chat").text("message")).isEqualTo("secret");
      ana.ask("'type':'delete','room':'lobby','target':" + offset);
      assertThat(bob.next("deleted").number("target")).isEqualTo(offset);
      try (FullPeer cleo = FullPeer.hello(cluster.node(2), "cleo", "")) {
        assertThat(cleo.ask(JOIN).objects("messages"))
            .noneMatch(message -> message.text().contains("secret"));
      }
    }
  }

  /// Which no text of PostgreSQL can hold as it is, and no `jsonb`.
  @Test
  void dataMayHoldU0000AndTextsMayNot() {
    String data = "{\"\\u0000\":\"\\u0000\"}";
    String chat = "\"type\":\"chat\",\"room\":\"lobby\",\"message\":\"%s\",\"data\":" + data;
    try (TestCluster cluster = cluster(true, Map.of());
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
        FullPeer bob = FullPeer.hello(cluster.node(2), "bob", "")) {
      bob.ask(JOIN);
      assertThat(ana.askRaw(chat.formatted("a\\u0000")).text("code")).isEqualTo("invalid");
      assertThat(ana.askRaw(chat.formatted("m")).type()).isEqualTo("ok");
      assertThat(bob.next("chat").text()).contains("\"data\":" + data);
      assertThat(bob.ask("'type':'history','room':'lobby'").text()).contains("\"data\":" + data);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNotificationReachesItsClientOnAnotherNode(boolean withRedis) {
    try (TestCluster cluster = cluster(withRedis, Map.of());
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
        FullPeer bob = FullPeer.hello(cluster.node(2), "bob", "");
        FullPeer tablet = FullPeer.hello(cluster.node(3), "bob", "")) {
      bob.ask("'type':'inbox'");
      tablet.ask("'type':'inbox'");
      Json sent = ana.ask("'type':'notification','to':'bob','message':'come'");
      assertThat(sent.type()).isEqualTo("ok");
      Json heard = bob.next("notification");
      assertThat(heard.text("message")).isEqualTo("come");
      tablet.next("notification");
      bob.ask("'type':'inbox_read','ids':['" + heard.text("id") + "']");
      assertThat(tablet.next("inbox_read").number("unread")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void typingReachesOtherNodes(boolean withRedis) {
    try (TestCluster cluster = cluster(withRedis, Map.of());
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
        FullPeer phone = FullPeer.hello(cluster.node(2), "ana", "");
        FullPeer bob = FullPeer.hello(cluster.node(3), "bob", "")) {
      List.of(ana, phone, bob).forEach(peer -> peer.ask(JOIN));
      // A relay's subscription takes a moment, and who types tells it once.
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> {
            ana.say("'type':'typing','room':'lobby'");
            return bob.rest().stream()
                .anyMatch(
                    frame -> frame.type().equals("typing") && frame.text("client").equals("ana"));
          });
      ana.ask(CHAT.formatted("after typing"));
      // The other connection of the one that types is not told.
      assertThat(phone.restAfter(frame -> frame.type().equals("chat")))
          .noneMatch(frame -> frame.type().equals("typing"));
    }
  }

  /// Rooms of the kind `memory` have one order in the cluster, too; those of the kind `signal` have
  /// none, and are told as well as can be.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void roomsThatNeedNotLastAreThoseOfAllNodes(boolean withRedis) {
    Map<Setting, String> kinds =
        Map.of(Setting.ROOMS, "[{name: quick.*, kind: memory}, {name: cursor.*, kind: signal}]");
    try (TestCluster cluster = cluster(withRedis, kinds);
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
        FullPeer bob = FullPeer.hello(cluster.node(2), "bob", "");
        FullPeer cleo = FullPeer.hello(cluster.node(3), "cleo", "")) {
      for (String room : List.of("quick.1", "cursor.1")) {
        List.of(ana, bob, cleo).forEach(peer -> peer.ask("'type':'join','room':'" + room + "'"));
      }
      for (int i = 1; i <= 10; i++) {
        FullPeer speaker = i % 2 == 0 ? ana : bob;
        speaker.ask("'type':'chat','room':'quick.1','message':'m'");
        assertThat(cleo.next("chat").number("offset")).isEqualTo(i);
      }
      // A relay's subscription takes a moment, and what is not stored is not repeated.
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> {
            ana.ask("'type':'chat','room':'cursor.1','message':'x'");
            return cleo.rest().stream().anyMatch(frame -> frame.text().contains("cursor.1"));
          });
    }
  }
}
