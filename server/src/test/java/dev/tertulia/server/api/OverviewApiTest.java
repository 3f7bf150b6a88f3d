package dev.tertulia.server.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the operator is shown: how the server is, who is known, and what a room is.
final class OverviewApiTest {
  private static final String ADMIN = "/api/v1/admin/";

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

  private static Json part(Json json, String name) {
    return (Json) requireNonNull(json.fields().get(name));
  }

  @Test
  void theOverviewShowsNumbersAndTheirBounds() {
    start(Map.of());
    try (TestClient ana = TestClient.connect(server, "ana")) {
      api.postText("/api/v1/rooms/lobby/messages?client=ci", "x").ok(201);
      ana.next();
      Json overview = api.get(ADMIN + "overview").ok(200);
      assertThat(part(overview, "health").text("status")).isEqualTo("ready");
      assertThat(part(overview, "health").has("cause")).isFalse();
      Json now = part(overview, "now");
      assertThat(now.number("connections")).isEqualTo(1);
      assertThat(now.number("clients")).isEqualTo(1);
      assertThat(now.number("rooms")).isEqualTo(1);
      assertThat(now.number("messages")).isEqualTo(1);
      assertThat(now.number("slow_connections")).isZero();
      for (String memory : List.of("heap_bytes", "direct_bytes")) {
        assertThat(now.number(memory))
            .isPositive()
            .isLessThanOrEqualTo(part(overview, "most").number(memory));
      }
      assertThat(part(overview, "most").number("send_queue_bytes")).isPositive();
      assertThat(part(overview, "limits").fields()).containsKey("messages_per_second");
      assertThat(overview.number("started")).isLessThanOrEqualTo(overview.number("time"));
      assertThat(overview.objects("slowest")).isEmpty();
    }
  }

  @Test
  void aConnectionThatDoesNotReadIsAmongTheSlowest() {
    start(Map.of());
    try (RawSocket idle = RawSocket.open(server)) {
      idle.send(
          """
          GET /ws/idle HTTP/1.1\r
          Host: 127.0.0.1\r
          Upgrade: websocket\r
          Connection: Upgrade\r
          Sec-WebSocket-Version: 13\r
          Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
          \r
          """);
      server.awaitConnections(1);
      String text = "x".repeat(60_000);
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> {
            api.postText("/api/v1/rooms/lobby/messages?client=ci", text).ok(201);
            return !api.get(ADMIN + "overview").ok(200).objects("slowest").isEmpty();
          });
      Json overview = api.get(ADMIN + "overview").ok(200);
      Json slow = overview.objects("slowest").getFirst();
      assertThat(slow.text("client")).isEqualTo("idle");
      assertThat(slow.text("protocol")).isEqualTo("base");
      assertThat(slow.number("waiting_bytes")).isPositive();
      assertThat(part(overview, "now").number("slow_connections")).isEqualTo(1);
      assertThat(part(overview, "now").number("send_queue_bytes")).isPositive();
    }
  }

  @Test
  void incompleteInputAndNotificationsAreShown() {
    start(Map.of());
    api.post("/api/v1/clients/ana/notifications", "{\"message\":\"m\"}").ok(201);
    try (RawSocket slow = RawSocket.open(server)) {
      slow.send(
          "POST /api/v1/broadcasts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 90000\r\n\r\n"
              + "x".repeat(20_000));
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> now().number("inbound_bytes") > 0 && now().number("sockets") > 1);
      assertThat(now().number("notifications")).isEqualTo(1);
    }
  }

  private Json now() {
    return part(api.get(ADMIN + "overview").ok(200), "now");
  }

  @Test
  void theSamplesHaveTheGaugesAsColumns() {
    start(Map.of());
    Json samples = api.get(ADMIN + "samples").ok(200);
    assertThat(samples.number("period")).isEqualTo(10_000);
    assertThat(samples.texts("columns")).startsWith("time", "connections", "clients");
    api.get(ADMIN + "samples?after=x").problem(400, "invalid");
    api.get(ADMIN + "samples?x=1").problem(400, "invalid");
  }

  @Test
  void clientsAreFoundByHowTheirIdsBegin() {
    start(Map.of());
    for (String client : List.of("ana", "anabel", "bea", "an~z")) {
      api.post("/api/v1/clients/" + client + "/notifications", "{\"message\":\"m\"}").ok(201);
    }
    try (Talker ana = Talker.connectOn(server, "ana", "phone");
        Talker andy = Talker.connect(server, "andy")) {
      ana.ask("{\"type\":\"ack\",\"pos\":\"0:0+0:0\"}");
      andy.ask("{\"type\":\"ping\"}");
      List<Json> found = api.get(ADMIN + "clients?prefix=an").ok(200).objects("clients");
      assertThat(found)
          .extracting(c -> c.text("client"))
          .containsExactly("ana", "anabel", "andy", "an~z");
      assertThat(found).extracting(c -> c.number("connections")).containsExactly(1L, 0L, 1L, 0L);
      assertThat(found.getLast().has("last_seen")).isFalse();
      assertThat(found.getLast().number("first_seen")).isPositive();

      Json page = api.get(ADMIN + "clients?prefix=an&after=ana&limit=1").ok(200);
      assertThat(page.objects("clients"))
          .extracting(c -> c.text("client"))
          .containsExactly("anabel");
      assertThat(page.truth("more")).isTrue();
      assertThat(api.get(ADMIN + "clients?prefix=ana~").ok(200).objects("clients")).isEmpty();
      assertThat(api.get(ADMIN + "clients").ok(200).objects("clients")).hasSize(5);
      assertThat(api.get("/api/v1/connections?prefix=and").ok(200).objects("clients"))
          .extracting(c -> c.text("client"))
          .containsExactly("andy");

      Json one = api.get("/api/v1/clients/ana").ok(200);
      assertThat(one.number("unread")).isEqualTo(1);
      assertThat(one.number("last_seen")).isPositive();
    }
    api.get(ADMIN + "clients?prefix=a%20b").problem(400, "invalid");
    api.get(ADMIN + "clients?prefix=" + "a".repeat(129)).problem(400, "invalid");
    api.get(ADMIN + "clients?limit=1001").problem(400, "invalid");
  }

  @Test
  void theDevicesOfAClientAreShown() {
    start(Map.of());
    api.post("/api/v1/clients/ana/notifications", "{\"message\":\"m\"}").ok(201);
    assertThat(api.get("/api/v1/clients/ana").ok(200).objects("devices")).isEmpty();
    String id =
        api.get(ADMIN + "clients/ana/notifications")
            .ok(200)
            .objects("notifications")
            .getFirst()
            .text("id");
    api.post(
            "/api/v1/clients/ana/inbox/shown", "{\"device\":\"phone\",\"id\":\"%s\"}".formatted(id))
        .status();
    List<Json> devices = api.get("/api/v1/clients/ana").ok(200).objects("devices");
    assertThat(devices).extracting(d -> d.text("device")).containsExactly("phone");
    assertThat(devices.getFirst().number("heard")).isPositive();
  }

  @Test
  void itIsToldWhyAClientWasNotNotified() {
    start(Map.of(Setting.LANGUAGE, "en"));
    api.post(ADMIN + "clients/ana/notifications", "{\"message\":\"a test\"}").ok(201);
    Json ledger = api.get(ADMIN + "clients/ana/notifications").ok(200);
    assertThat(ledger.objects("notifications"))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.text("state")).isEqualTo("waiting");
          assertThat(one.text("message")).isEqualTo("a test");
          assertThat(one.text("from")).isEqualTo("~api");
          assertThat(one.text("explanation"))
              .isEqualTo("It waits in the inbox: ana has never connected.");
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          es-MX,en;q=0.5    | Espera en el buzón: ana nunca se ha conectado.
          EN-us             | It waits in the inbox: ana has never connected.
          fr,es;q=0.1       | Espera en el buzón: ana nunca se ha conectado.
          fr                | It waits in the inbox: ana has never connected.
          *                 | It waits in the inbox: ana has never connected.
          ;;q=x             | It waits in the inbox: ana has never connected.
          """)
  void itIsExplainedInTheLanguageOfTheReader(String preferred, String explanation) {
    start(Map.of(Setting.LANGUAGE, "en"));
    api.post(ADMIN + "clients/ana/notifications", "{\"message\":\"a test\"}").ok(201);
    Json ledger =
        api.get(ADMIN + "clients/ana/notifications", "Accept-Language", preferred).ok(200);
    assertThat(ledger.objects("notifications"))
        .singleElement()
        .satisfies(one -> assertThat(one.text("explanation")).isEqualTo(explanation));
  }

  @Test
  void aRoomIsShownWithItsRules() {
    start(
        Map.of(
            Setting.ROOMS,
            "[{name: 'team.*', access: members, keep: 2d, entries: 500, bytes: 1MiB, clients: 7,"
                + " moderators: [mod-*]}]"));
    api.send("PUT", "/api/v1/rooms/team.x/members/ana", null);
    try (Talker ana = Talker.connect(server, "ana")) {
      ana.ask("{\"type\":\"join\",\"room\":\"team.x\",\"sender\":\"Ana\"}");
      ana.ask("{\"type\":\"chat\",\"room\":\"team.x\",\"message\":\"hello\"}");
      Json room = api.get(ADMIN + "rooms/team.x").ok(200);
      assertThat(room.number("head")).isEqualTo(1);
      assertThat(room.number("members")).isEqualTo(1);
      assertThat(room.number("present")).isEqualTo(1);
      assertThat(room.texts("first_members")).containsExactly("ana");
      assertThat(room.objects("first_present").getFirst().text("client")).isEqualTo("ana");
      Json settings = part(room, "settings");
      assertThat(settings.text("kind")).isEqualTo("durable");
      assertThat(settings.text("access")).isEqualTo("members");
      assertThat(settings.number("keep")).isEqualTo(2 * 86_400_000L);
      assertThat(settings.number("entries")).isEqualTo(500);
      assertThat(settings.number("bytes")).isEqualTo(1 << 20);
      assertThat(settings.number("clients")).isEqualTo(7);
      assertThat(settings.texts("moderators")).containsExactly("mod-*");
      assertThat(api.get(ADMIN + "rooms/team.x/messages").ok(200).objects("messages"))
          .extracting(m -> m.text("message"))
          .containsExactly("hello");
    }
    Json none = api.get(ADMIN + "rooms/nowhere").ok(200);
    assertThat(none.number("head")).isZero();
    assertThat(part(none, "settings").has("keep")).isFalse();
    assertThat(part(none, "settings").has("entries")).isFalse();
  }

  @Test
  void roomsAreFoundByHowTheirNamesBegin() {
    start(Map.of());
    for (String room : List.of("a", "ab", "abc", "abd", "b")) {
      api.postText("/api/v1/rooms/" + room + "/messages?client=ci", "x").ok(201);
    }
    assertThat(rooms("?prefix=ab")).containsExactly("ab", "abc", "abd");
    assertThat(rooms("?prefix=ab&after=ab&limit=1")).containsExactly("abc");
    assertThat(rooms("?prefix=b&after=a")).containsExactly("b");
    assertThat(rooms("?after=abc")).containsExactly("abd", "b");
    assertThat(rooms("?prefix=x")).isEmpty();
    assertThat(api.get("/api/v1/rooms?prefix=abc").ok(200).objects("rooms")).hasSize(1);
  }

  private List<String> rooms(String query) {
    return api.get(ADMIN + "rooms" + query).ok(200).objects("rooms").stream()
        .map(room -> room.text("room"))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheScopeAdminShowsThem(KeyScopes.Scope scope) {
    start(TestTokens.settings());
    ApiKey.Made key =
        ApiKey.make("k", new KeyScopes(Set.of(scope), KeyScopes.ALL_ROOMS), Instant.now(), null);
    assertThat(server.server().apiKeys().add(key.key())).isNull();
    for (String path :
        List.of(
            "overview",
            "samples",
            "clients",
            "clients/ana/notifications",
            "rooms",
            "rooms/lobby",
            "rooms/lobby/messages")) {
      assertThat(status(path, "Authorization: Bearer " + key.text() + "\r\n"))
          .as(path)
          .isEqualTo(scope == KeyScopes.Scope.ADMIN ? "200" : "403");
      assertThat(status(path, "")).as(path).isEqualTo("401");
      assertThat(status(path, "Authorization: Bearer " + TestTokens.of("ana") + "\r\n"))
          .as(path)
          .isEqualTo("403");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"overview", "samples", "clients", "rooms/lobby/messages"})
  void theyNeedAKeyAlsoWithoutAccounts(String path) {
    start(Map.of());
    assertThat(status(path, "")).isEqualTo("401");
  }

  private String status(String path, String fields) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "GET %s%s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n%s\r\n"
              .formatted(ADMIN, path, server.port(), fields));
      return socket.untilEnd().substring(9, 12);
    }
  }
}
