package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rooms over HTTP: sending, history, the list of rooms, presence.
@Tag(ServerStore.PROTOCOL)
final class RoomsApiTest {
  private static TestServer server;
  private static Api api;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of(
                Setting.ROOMS,
                "[{name: cursor.*, kind: signal}, {name: team.*, access: members}]"));
    api = new Api(server);
  }

  @AfterAll
  static void stop() {
    api.close();
    server.close();
  }

  @Test
  void aSentMessageIsStoredAndReceived() {
    try (TestClient ana = TestClient.connect(server, "ana")) {
      Json sent =
          api.post(
                  "/api/v1/rooms/lobby/messages",
                  "{\"client\":\"ci\",\"sender\":\"Build\",\"message\":\"it is broken\","
                      + "\"data\":{\"a\":[1]}}")
              .ok(201);
      assertThat(sent.text("room")).isEqualTo("lobby");
      assertThat(sent.text("pos")).endsWith(":" + sent.number("offset"));
      Json heard = Json.parse(ana.next());
      assertThat(heard.text("client")).isEqualTo("ci");
      assertThat(heard.text("sender")).isEqualTo("Build");
      assertThat(heard.text("message")).isEqualTo("it is broken");
      assertThat(heard.number("offset")).isEqualTo(sent.number("offset"));
      assertThat(heard.number("time")).isEqualTo(sent.number("time"));
    }
  }

  @Test
  void aRoomThatStoresNothingHasNoPosition() {
    try (FullPeer ana = FullPeer.hello(server, "ana", "'rooms':{'cursor.1':'0:0'}")) {
      Json joined = ana.next("joined");
      assertThat(joined.text("room")).isEqualTo("cursor.1");
      assertThat(joined.fields()).doesNotContainKey("after");
    }
  }

  @Test
  void aPlainTextBodyIsTheMessage() {
    Json sent = api.postText("/api/v1/rooms/text/messages?client=ci", "100 % ñ&=+").ok(201);
    api.send(
            "POST",
            "/api/v1/rooms/text/messages?client=ci&sender=Ci%20bot&reply_to="
                + sent.number("offset"),
            "plain",
            "Content-Type",
            "text/plain; charset=UTF-8")
        .ok(201);
    List<Json> messages = api.get("/api/v1/rooms/text/messages").ok(200).objects("messages");
    assertThat(messages).extracting(m -> m.text("message")).containsExactly("100 % ñ&=+", "plain");
    assertThat(messages).extracting(m -> m.text("sender")).containsExactly("ci", "Ci bot");
    assertThat(messages.get(1).number("reply_to")).isEqualTo(sent.number("offset"));
  }

  @Test
  void aRepeatedIdempotencyKeyIsTheSameMessage() {
    String path = "/api/v1/rooms/keyed/messages";
    String body = "{\"client\":\"ci\",\"message\":\"once\"}";
    Json first = api.post(path, body, "Idempotency-Key", "k-1").ok(201);
    Json again = api.post(path, body, "Idempotency-Key", "\"k-1\"").ok(201);
    Json byId = api.post(path, "{\"client\":\"ci\",\"message\":\"once\",\"id\":\"k-1\"}").ok(201);
    assertThat(first.text("id")).isEqualTo("k-1");
    assertThat(again.text()).isEqualTo(first.text());
    assertThat(byId.text()).isEqualTo(first.text());
    api.post(path, "{\"client\":\"ci\",\"message\":\"other\"}", "Idempotency-Key", "k-1")
        .problem(409, "conflict");
    api.post(path, "{\"client\":\"ci\",\"message\":\"x\",\"id\":\"k-2\"}", "Idempotency-Key", "k-3")
        .problem(400, "invalid");
    api.post(path, body, "Idempotency-Key", "k".repeat(129)).problem(400, "invalid");
    assertThat(api.get(path).ok(200).objects("messages")).hasSize(1);
  }

  @Test
  void anEphemeralRoomHasNoPositions() {
    Json sent =
        api.post("/api/v1/rooms/cursor.1/messages", "{\"client\":\"ci\",\"message\":\"x\"}")
            .ok(201);
    assertThat(sent.has("offset")).isFalse();
    assertThat(api.get("/api/v1/rooms/cursor.1/messages").ok(200).objects("messages")).isEmpty();
  }

  @Test
  void historyIsPaged() {
    for (int i = 1; i <= 5; i++) {
      api.postText("/api/v1/rooms/paged/messages?client=ci", "m" + i).ok(201);
    }
    Json newest = api.get("/api/v1/rooms/paged/messages?limit=2").ok(200);
    assertThat(texts(newest)).containsExactly("m4", "m5");
    assertThat(newest.truth("more")).isTrue();
    long offset = newest.objects("messages").getFirst().number("offset");
    Json before = api.get("/api/v1/rooms/paged/messages?limit=200&before=" + offset).ok(200);
    assertThat(texts(before)).containsExactly("m1", "m2", "m3");
    assertThat(before.truth("more")).isFalse();
    assertThat(texts(api.get("/api/v1/rooms/paged/messages?after=" + offset).ok(200)))
        .containsExactly("m5");
    assertThat(api.get("/api/v1/rooms/never-heard-of/messages").ok(200).objects("messages"))
        .isEmpty();
  }

  @Test
  void theListOfRoomsIsPaged() {
    for (String room : List.of("zz1", "zz2", "zz3")) {
      api.postText("/api/v1/rooms/" + room + "/messages?client=ci", "x").ok(201);
    }
    assertThat(api.send("PUT", "/api/v1/rooms/zz2/members/ana", null).status()).isEqualTo(204);
    Json page = api.get("/api/v1/rooms?after=zz&limit=2").ok(200);
    assertThat(page.objects("rooms")).extracting(r -> r.text("room")).containsExactly("zz1", "zz2");
    assertThat(page.objects("rooms")).extracting(r -> r.number("head")).containsExactly(1L, 1L);
    assertThat(page.objects("rooms")).extracting(r -> r.number("members")).containsExactly(0L, 1L);
    assertThat(page.truth("more")).isTrue();
    Json rest = api.get("/api/v1/rooms?after=zz2").ok(200);
    assertThat(rest.objects("rooms")).extracting(r -> r.text("room")).containsExactly("zz3");
    assertThat(rest.truth("more")).isFalse();
  }

  @Test
  void presentClientsAreListed() {
    try (TestClient ana = TestClient.connect(server, "visitor")) {
      ana.chat("V", "here");
      ana.next();
      Json present = api.get("/api/v1/rooms/lobby/presence").ok(200);
      assertThat(present.objects("members")).extracting(m -> m.text("client")).contains("visitor");
      assertThat(present.number("count")).isPositive();
    }
    assertThat(api.get("/api/v1/rooms/nobody-here/presence").ok(200).number("count")).isZero();
  }

  @Test
  void aNonMemberMayNotSend() {
    String path = "/api/v1/rooms/team.red/messages";
    String body = "{\"client\":\"eve\",\"message\":\"x\"}";
    Json problem = api.post(path, body).problem(403, "forbidden");
    assertThat(problem.text("detail")).contains("eve", "team.red");
    api.send("PUT", "/api/v1/rooms/team.red/members/eve", null);
    api.post(path, body).ok(201);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{};                                                             client",
        "{\"client\":\"a\"};                                             message",
        "{\"client\":\"~erased\",\"message\":\"x\"};                      ~erased",
        "{\"client\":\"a b\",\"message\":\"x\"};                         client",
        "{\"client\":1,\"message\":\"x\"};                               client",
        "{\"client\":\"a\",\"message\":1};                               message",
        "{\"client\":\"a\",\"message\":\"x\",\"mesage\":\"y\"};          'mesage'",
        "{\"client\":\"a\",\"message\":\"x\",\"ref\":1};                 'ref'",
        "{\"client\":\"a\",\"message\":\"x\",\"room\":\"b\"};            'room'",
        "{\"client\":\"a\",\"message\":\"x\",\"message\":\"y\"};         'message'",
        "{\"client\":\"a\",\"message\":\"x\",\"id\":\"\"};               'id'",
        "{\"client\":\"a\",\"message\":\"x\",\"reply_to\":0};            'reply_to'",
        "{\"client\":\"a\",\"message\":\"x\",\"reply_to\":\"1\"};        'reply_to'",
        "{\"client\":\"a\",\"message\":\"\\ud800\"};                     'message'",
        "[];                                                             JSON",
        "'{\"client\":\"a\",\"message\":\"x\"} x';                       JSON",
        "nonsense;                                                       JSON",
      })
  void anInvalidFieldIsRefusedByName(String body, String names) {
    Json problem = api.post("/api/v1/rooms/bad/messages", body).problem(400, "invalid");
    assertThat(problem.text("detail")).contains(names);
  }

  @Test
  void aReplyToAMissingMessageIsNotFound() {
    api.post("/api/v1/rooms/empty/messages", "{\"client\":\"a\",\"message\":\"x\",\"reply_to\":9}")
        .problem(404, "not_found");
  }

  @Test
  void anOversizedTextIsRefused() {
    api.post(
            "/api/v1/rooms/bad/messages",
            "{\"client\":\"a\",\"message\":\"%s\"}".formatted("x".repeat(65_537)))
        .problem(413, "too_large");
    api.post("/api/v1/rooms/bad/messages", "x".repeat(600_000)).problem(413, "too_large");
  }

  @Test
  void otherContentTypesAreRefused() {
    String path = "/api/v1/rooms/bad/messages?client=a";
    for (String type : List.of("application/xml", "text/html", "text/plain; charset=latin1")) {
      api.send("POST", path, "x", "Content-Type", type).problem(415, "invalid");
    }
    api.send("POST", path, "x").problem(415, "invalid");
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/rooms/a%20b/messages,              room",
    "/api/v1/rooms/../messages,                 room",
    "/api/v1/rooms/a/messages?before=x,         before",
    "/api/v1/rooms/a/messages?before=0,         before",
    "/api/v1/rooms/a/messages?before=1&after=1, before",
    "/api/v1/rooms/a/messages?limit=201,        limit",
    "/api/v1/rooms/a/messages?limit=,           limit",
    "/api/v1/rooms/a/messages?limit=1&limit=2,  limit",
    "/api/v1/rooms/a/messages?befor=1,          befor",
    "/api/v1/rooms/a/messages?before,           ?",
    "/api/v1/rooms/a/messages?before=%zz,       ?",
    "/api/v1/rooms/a/messages?client=b%20c,     client",
    "/api/v1/rooms?limit=0,                     limit",
    "/api/v1/rooms?limit=1001,                  limit",
    "/api/v1/rooms?x=1,                         'x'",
    "/api/v1/rooms/a%20b/presence,              room",
    "/api/v1/rooms/a/presence?limit=1,          limit",
  })
  void anInvalidParameterIsRefusedByName(String path, String names) {
    // A client that cleans addresses up would hide some of these.
    Json problem = api.raw("GET", path).problem(400, "invalid");
    assertThat(problem.text("detail")).contains(names);
  }

  @Test
  void otherMethodsAreRefusedWithTheAllowedMethods() {
    Api.Answer answer = api.send("PATCH", "/api/v1/rooms/a/messages", null);
    answer.problem(405, "invalid");
    assertThat(answer.header("Allow")).isEqualTo("GET, HEAD, POST");
    api.get("/api/v1/room").problem(404, "not_found");
    api.get("/api/v1/rooms/a/presence/").problem(404, "not_found");
    api.get("/nothing").problem(404, "not_found");
  }

  @Test
  void anUnexpectedBodyIsRefused() {
    api.send("PUT", "/api/v1/rooms/a/members/b", "{}").problem(400, "invalid");
  }

  private static List<String> texts(Json page) {
    return page.objects("messages").stream().map(message -> message.text("message")).toList();
  }
}
