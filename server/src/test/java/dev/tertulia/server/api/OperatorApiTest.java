package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests of operators: connected clients, disconnecting, counts; and what all routes have in
/// common.
final class OperatorApiTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // Set by start(), with which each test begins.
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // The same.
  private Api api;

  private void start(Map<Setting, String> settings) {
    server = TestServer.start(settings);
    api = new Api(server);
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  @Test
  void connectedClientsAreListed() {
    start(Map.of());
    try (Talker ana = Talker.connect(server, "ana");
        Talker again = Talker.connect(server, "ana");
        TestClient bob = TestClient.connect(server, "bob")) {
      ana.ask("{\"type\":\"join\",\"room\":\"r\"}");
      again.ask("{\"type\":\"chat\",\"room\":\"s\",\"message\":\"x\"}");
      server.awaitConnections(3);
      Json all = api.get("/api/v1/connections").ok(200);
      assertThat(all.objects("clients"))
          .extracting(c -> c.text("client"))
          .containsExactly("ana", "bob");
      assertThat(all.objects("clients"))
          .extracting(c -> c.number("connections"))
          .containsExactly(2L, 1L);
      assertThat(all.number("total_connections")).isEqualTo(3);
      assertThat(all.number("total_clients")).isEqualTo(2);
      Json page = api.get("/api/v1/connections?limit=1").ok(200);
      assertThat(page.objects("clients")).extracting(c -> c.text("client")).containsExactly("ana");
      assertThat(page.truth("more")).isTrue();
      Json rest = api.get("/api/v1/connections?after=ana").ok(200);
      assertThat(rest.objects("clients")).extracting(c -> c.text("client")).containsExactly("bob");
      assertThat(rest.truth("more")).isFalse();

      Json one = api.get("/api/v1/clients/ana").ok(200);
      List<Json> connections = one.objects("connections");
      assertThat(connections).hasSize(2);
      assertThat(connections).extracting(c -> c.text("protocol")).containsOnly("full");
      assertThat(connections)
          .extracting(c -> c.fields().get("rooms"))
          .containsExactlyInAnyOrder(List.of("r"), List.of());
      assertThat(connections.getFirst().number("since")).isPositive();
      assertThat(one.objects("rooms")).extracting(r -> r.text("room")).containsExactly("s");
      Json base = api.get("/api/v1/clients/" + bob.id()).ok(200).objects("connections").getFirst();
      assertThat(base.text("protocol")).isEqualTo("base");
    }
    assertThat(api.get("/api/v1/clients/nobody").ok(200).objects("connections")).isEmpty();
  }

  @Test
  void aDisconnectedClientIsToldTheReasonAndOthersStay() {
    start(Map.of());
    try (Talker ana = Talker.connect(server, "ana");
        TestClient other = TestClient.connect(server, "ana");
        Talker bob = Talker.connect(server, "bob")) {
      Json answer = api.send("DELETE", "/api/v1/clients/ana/connections", null).ok(200);
      assertThat(answer.number("disconnected")).isEqualTo(2);
      assertThat(ana.closeCode()).isEqualTo(4501);
      assertThat(other.awaitClose()).isEqualTo("4501 disconnected");
      assertThat(bob.ask("{\"type\":\"ping\"}").type()).isEqualTo("ok");
      assertThat(
              api.send("DELETE", "/api/v1/clients/ana/connections", null)
                  .ok(200)
                  .number("disconnected"))
          .isZero();
    }
  }

  @Test
  void theStatisticsCountConnectionsAndMessages() {
    start(Map.of());
    try (TestClient ana = TestClient.connect(server, "ana")) {
      for (int i = 0; i < 3; i++) {
        api.postText("/api/v1/rooms/lobby/messages?client=ci", "x").ok(201);
        ana.next();
      }
      Json stats = api.get("/api/v1/stats").ok(200);
      assertThat(stats.number("connections")).isEqualTo(1);
      assertThat(stats.number("clients")).isEqualTo(1);
      assertThat(stats.number("rooms")).isEqualTo(1);
      assertThat(stats.number("sockets")).isGreaterThanOrEqualTo(2);
      assertThat(part(part(stats, "published"), "messages").number("total")).isEqualTo(3);
      assertThat(part(stats, "journal").truth("ok")).isTrue();
    }
  }

  private static Json part(Json whole, String name) {
    return (Json) Objects.requireNonNull(whole.fields().get(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/connections?limit=0",
        "/api/v1/connections?limit=1001",
        "/api/v1/connections?client=a",
        "/api/v1/clients/a%20b",
        "/api/v1/clients/a?x=1",
        "/api/v1/stats?x=1",
      })
  void invalidAddressesAreRefused(String path) {
    start(Map.of());
    api.get(path).problem(400, "invalid");
    api.send("DELETE", "/api/v1/clients/a%20b/connections", null).problem(400, "invalid");
    api.post("/api/v1/stats", "{}").problem(405, "invalid");
  }

  @Test
  void requestsAreRefusedAboveTheLimitAndWhenStorageFails() throws Exception {
    start(Map.of(Setting.LIMITS_API_REQUESTS, "1", Setting.DATA, folder.resolve("d").toString()));
    String path = "/api/v1/rooms/r/messages?client=ci";
    api.postText(path, "before").ok(201);
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("d/tertulia.sqlite"));
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      CompletableFuture<Api.Answer> waits =
          CompletableFuture.supplyAsync(() -> api.postText(path, "waits"));
      Api.Answer[] tooMuch = new Api.Answer[1];
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> {
            tooMuch[0] = api.get("/api/v1/stats");
            return tooMuch[0].status() != 200 || waits.isDone();
          });
      tooMuch[0].problem(429, "rate_limited");
      assertThat(tooMuch[0].header("Retry-After")).isEqualTo("1");
      assertThat(api.get("/health/live").status()).as("health is answered always").isEqualTo(200);
      Api.Answer refused = waits.get();
      refused.problem(503, "unavailable");
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      api.send("PUT", "/api/v1/rooms/r/members/a", null).problem(503, "unavailable");
      statement.execute("ROLLBACK");
    }
    await().atMost(TestServer.PATIENCE).until(() -> api.postText(path, "after").status() == 201);
    assertThat(api.get("/api/v1/rooms/r/messages").ok(200).objects("messages"))
        .extracting(m -> m.text("message"))
        .containsExactly("before", "after");
  }

  @Test
  void aPageOfAnAllowedOriginMayUseTheApi() {
    String origin = "https://app.example.org";
    start(Map.of(Setting.ORIGINS, origin));
    String path = "/api/v1/rooms/lobby/messages";
    Api.Answer asked =
        api.send(
            "OPTIONS",
            path,
            null,
            "Origin",
            origin,
            "Access-Control-Request-Method",
            "POST",
            "Access-Control-Request-Headers",
            "content-type,idempotency-key");
    assertThat(asked.status()).isEqualTo(204);
    assertThat(asked.header("Access-Control-Allow-Origin")).isEqualTo(origin);
    assertThat(asked.header("Access-Control-Allow-Methods")).isEqualTo("GET, HEAD, POST");
    assertThat(asked.header("Access-Control-Allow-Headers"))
        .contains("Content-Type", "Idempotency-Key", "Last-Event-ID");
    Api.Answer sent = api.post(path, "{\"client\":\"a\",\"message\":\"x\"}", "Origin", origin);
    assertThat(sent.status()).isEqualTo(201);
    assertThat(sent.header("Access-Control-Allow-Origin")).isEqualTo(origin);
    assertThat(sent.header("Vary")).contains("Origin");
    Api.Answer refused = api.post(path, "{}", "Origin", origin);
    refused.problem(400, "invalid");
    assertThat(refused.header("Access-Control-Allow-Origin")).isEqualTo(origin);
    for (String foreign : List.of("https://evil.example.org", "null")) {
      Api.Answer answer = api.get(path, "Origin", foreign);
      answer.problem(403, "forbidden");
      assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
      api.send("OPTIONS", path, null, "Origin", foreign, "Access-Control-Request-Method", "POST")
          .problem(403, "forbidden");
    }
    api.send("OPTIONS", path, null).problem(405, "invalid");
    api.send(
            "OPTIONS", "/api/v1/no", null, "Origin", origin, "Access-Control-Request-Method", "GET")
        .problem(404, "not_found");
  }

  @Test
  void requestsThroughAProxyAreRefused() {
    start(Map.of());
    api.get("/api/v1/stats", "X-Forwarded-For", "192.0.2.1").problem(403, "forbidden");
    api.get("/api/v1/stream?client=a", "Via", "1.1 proxy").problem(403, "forbidden");
  }
}
