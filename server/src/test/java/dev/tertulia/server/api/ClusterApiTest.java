package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is asked and ordered at one of three nodes holds for the connections of all: with Redis,
/// and with nothing but the database.
final class ClusterApiTest {
  private static final String JOIN = "'type':'join','room':'plaza'";

  @TempDir private Path folder;

  private TestCluster cluster(int nodes, boolean withRedis, Map<Setting, String> settings) {
    return TestCluster.of(nodes, withRedis, folder, settings);
  }

  /// Waits until a node knows of that many connections, of all nodes.
  private static void awaitConnections(Api api, int count) {
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> {
          Json found = api.get("/api/v1/stats").ok(200);
          return found.number("connections") == count && !found.has("missing_nodes");
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void presenceAndTheListOfClientsAreThoseOfAllNodes(boolean withRedis) {
    try (TestCluster cluster = cluster(3, withRedis, Map.of());
        Api api = new Api(cluster.node(3));
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
        FullPeer bob = FullPeer.hello(cluster.node(2), "bob", "");
        FullPeer phone = FullPeer.hello(cluster.node(2), "ana", "")) {
      List.of(ana, bob, phone).forEach(peer -> peer.ask(JOIN));
      awaitConnections(api, 3);
      Json present = api.get("/api/v1/rooms/plaza/presence").ok(200);
      assertThat(present.number("count")).isEqualTo(2);
      assertThat(present.has("missing_nodes")).isFalse();
      List<Json> clients = api.get("/api/v1/connections").ok(200).objects("clients");
      assertThat(clients.stream().map(client -> client.text("client")))
          .containsExactly("ana", "bob");
      assertThat(api.get("/api/v1/clients/ana").ok(200).objects("connections")).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientIsDisconnectedOnAllNodes(boolean withRedis) {
    try (TestCluster cluster = cluster(3, withRedis, Map.of());
        Api api = new Api(cluster.node(3));
        FullPeer laptop = FullPeer.hello(cluster.node(1), "ana", "");
        FullPeer phone = FullPeer.hello(cluster.node(2), "ana", "");
        FullPeer bob = FullPeer.hello(cluster.node(2), "bob", "")) {
      awaitConnections(api, 3);
      Json done = api.send("DELETE", "/api/v1/clients/ana/connections", null).ok(200);
      assertThat(done.number("disconnected")).isEqualTo(2);
      assertThat(laptop.closeCode()).isEqualTo(4501);
      assertThat(phone.closeCode()).isEqualTo(4501);
      awaitConnections(api, 1);
      assertThat(bob.ask(JOIN).type()).isEqualTo("joined");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theConnectionsOfAClientAreCountedOnAllNodes(boolean withRedis) {
    Map<Setting, String> two = Map.of(Setting.LIMITS_CONNECTIONS_PER_CLIENT, "2");
    try (TestCluster cluster = cluster(3, withRedis, two);
        Api api = new Api(cluster.node(3));
        FullPeer laptop = FullPeer.hello(cluster.node(1), "ana", "");
        FullPeer phone = FullPeer.hello(cluster.node(2), "ana", "")) {
      awaitConnections(api, 2);
      FullPeer tablet = FullPeer.connect(cluster.node(3).port(), "ana");
      assertThat(tablet.closeCode()).isEqualTo(4502);
      laptop.hangUp();
      awaitConnections(api, 1);
      assertThat(phone.ask(JOIN).type()).isEqualTo("joined");
      FullPeer.hello(cluster.node(3), "ana", "").close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void arrivalsAndDeparturesOnOtherNodesAreTold(boolean withRedis) {
    try (TestCluster cluster = cluster(2, withRedis, Map.of());
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
        FullPeer bob = FullPeer.hello(cluster.node(2), "bob", "")) {
      ana.ask(JOIN);
      ana.ask("'type':'presence','room':'plaza'");
      bob.ask(JOIN);
      assertThat(ana.nextPresenceOf("bob").text("event")).isEqualTo("joined");
      bob.hangUp();
      assertThat(ana.nextPresenceOf("bob").text("event")).isEqualTo("left");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsRevokedIsClosedOnAllNodes(boolean withRedis) {
    try (TestCluster cluster = cluster(2, withRedis, Map.of());
        Api api = new Api(cluster.node(1));
        FullPeer ana = FullPeer.hello(cluster.node(2), "ana", "")) {
      awaitConnections(api, 1);
      Json done = api.post("/api/v1/admin/revocations", "{\"client\":\"ana\"}").ok(201);
      assertThat(done.number("disconnected")).isEqualTo(1);
      assertThat(ana.closeCode()).isEqualTo(4500);
    }
  }

  /// Nobody can tell the other node meanwhile.
  @Test
  void whatIsRevokedWhileTheRelayIsAwayIsClosedOnceItIsBack() {
    try (Redis redis = new Redis(folder);
        TestCluster cluster = new TestCluster(2, redis, TestTokens.settings());
        Api api = new Api(cluster.node(1));
        FullPeer ana = FullPeer.withToken(cluster.node(2), TestTokens.of("ana"))) {
      redis.kill();
      Json done = api.post("/api/v1/admin/revocations", "{\"client\":\"ana\"}").ok(201);
      assertThat(done.number("disconnected")).isZero();
      redis.start();
      assertThat(ana.closeCode()).isEqualTo(4500);
    }
  }

  /// Far more than one notification of PostgreSQL takes, and than is announced.
  @Test
  void notificationsToManyClientsOfLongNamesArriveWithoutRedis() {
    List<String> names = IntStream.range(0, 1_000).mapToObj("%0128d"::formatted).toList();
    try (TestCluster cluster = cluster(2, false, Map.of());
        Api api = new Api(cluster.node(1));
        FullPeer first = FullPeer.hello(cluster.node(2), names.getFirst(), "");
        FullPeer last = FullPeer.hello(cluster.node(2), names.getLast(), "")) {
      first.ask("'type':'inbox'");
      last.ask("'type':'inbox'");
      api.post(
              "/api/v1/notifications",
              "{\"to\":[\"%s\"],\"message\":\"all\"}".formatted(String.join("\",\"", names)))
          .ok(201);
      assertThat(first.next("notification").text("message")).isEqualTo("all");
      assertThat(last.next("notification").text("message")).isEqualTo("all");
    }
  }
}
