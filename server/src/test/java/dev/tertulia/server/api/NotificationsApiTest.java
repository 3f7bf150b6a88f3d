package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Notifications over HTTP: sent, taken back, and asked what became of them.
@Tag(ServerStore.PROTOCOL)
final class NotificationsApiTest {
  private static TestServer server;
  private static Api api;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of(Setting.LANGUAGE, "en"));
    api = new Api(server);
  }

  @AfterAll
  static void stop() {
    api.close();
    server.close();
  }

  private static String inboxOf(String client) {
    return "/api/v1/clients/" + client + "/notifications";
  }

  @Test
  void theCommandOfTheReadmeWorks() {
    try (TestClient ana = TestClient.connect(server, "readme")) {
      Json sent = api.postText(inboxOf("readme"), "the build is broken").ok(201);
      assertThat(sent.text("id")).isNotEmpty();
      Json heard = Json.parse(ana.next());
      assertThat(heard.type()).isEqualTo("notification");
      assertThat(heard.text("message")).isEqualTo("the build is broken");
      assertThat(heard.text("scope")).isEqualTo("personal");
    }
  }

  @Test
  void everyFieldIsDelivered() {
    try (Talker bob = Talker.connect(server, "bob")) {
      Json sent =
          api.post(
                  inboxOf("bob"),
                  """
                  {"from":"ci","message":"m","title":"t","data":{"a":[1,null]},"category":"c","urgency":"high","id":"k"}
                  """)
              .ok(201);
      Json heard = bob.next(frame -> frame.type().equals("notification"));
      assertThat(heard.text("id")).isEqualTo(sent.text("id"));
      assertThat(heard.text("from")).isEqualTo("ci");
      assertThat(heard.text("title")).isEqualTo("t");
      assertThat(heard.text("category")).isEqualTo("c");
      assertThat(heard.text("urgency")).isEqualTo("high");
      assertThat(heard.text()).contains("\"data\":{\"a\":[1,null]}");
      Json ledger = api.get("/api/v1/notifications/" + sent.text("id")).ok(200);
      assertThat(ledger.text()).contains("\"data\":{\"a\":[1,null]}", "\"title\":\"t\"");
    }
  }

  @Test
  void theSameKeyAgainNotifiesNoClient() {
    String body = "{\"message\":\"once\"}";
    Json first = api.post(inboxOf("keyed"), body, "Idempotency-Key", "k").ok(201);
    assertThat(api.post(inboxOf("keyed"), body, "Idempotency-Key", "k").ok(201).text())
        .isEqualTo(first.text());
    api.post(inboxOf("keyed"), "{\"message\":\"other\"}", "Idempotency-Key", "k")
        .problem(409, "conflict");
    Json other = api.post(inboxOf("keyed-2"), body, "Idempotency-Key", "k").ok(201);
    assertThat(other.text("id")).isNotEqualTo(first.text("id"));
    assertThat(api.get(inboxOf("keyed")).ok(200).objects("notifications")).hasSize(1);
    Json all = api.post("/api/v1/broadcasts", body, "Idempotency-Key", "k").ok(201);
    assertThat(api.post("/api/v1/broadcasts", body, "Idempotency-Key", "k").ok(201).text())
        .isEqualTo(all.text());
  }

  @Test
  void aNotificationToAnAbsentClientWaitsAndItsStatusSaysSo() {
    String id = api.postText(inboxOf("away"), "x").ok(201).text("id");
    Json waiting = api.get("/api/v1/notifications/" + id).ok(200);
    assertThat(waiting.text("state")).isEqualTo("waiting");
    assertThat(waiting.text("scope")).isEqualTo("personal");
    assertThat(waiting.text("client")).isEqualTo("away");
    assertThat(waiting.text("from")).isEqualTo("~api");
    assertThat(waiting.text("explanation")).contains("away has never connected");
    try (Talker away = Talker.connect(server, "away")) {
      Json inbox = away.ask("{\"type\":\"inbox\"}");
      assertThat(inbox.objects("notifications")).extracting(n -> n.text("id")).containsExactly(id);
      away.ask("{\"type\":\"inbox_read\",\"ids\":[\"%s\"]}".formatted(id));
    }
    Json read = api.get("/api/v1/notifications/" + id).ok(200);
    assertThat(read.text("state")).isEqualTo("read");
    assertThat(read.number("read")).isPositive();
    Json list = api.get(inboxOf("away")).ok(200);
    assertThat(list.number("unread")).isZero();
    assertThat(list.number("first_seen")).isPositive();
    assertThat(list.objects("notifications").getFirst().text("state")).isEqualTo("read");
  }

  @Test
  void theListIsPagedNewestFirst() {
    List<String> ids = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      ids.add(api.postText(inboxOf("paged"), "m" + i).ok(201).text("id"));
    }
    Json page = api.get(inboxOf("paged") + "?limit=2").ok(200);
    assertThat(texts(page)).containsExactly("m5", "m4");
    assertThat(page.truth("more")).isTrue();
    assertThat(page.number("unread")).isEqualTo(5);
    Json rest = api.get(inboxOf("paged") + "?limit=200&before=" + ids.get(3)).ok(200);
    assertThat(texts(rest)).containsExactly("m3", "m2", "m1");
    assertThat(rest.truth("more")).isFalse();
    api.get(inboxOf("paged") + "?before=k3f9:1@paged").problem(404, "not_found");
    api.get(inboxOf("paged") + "?before=nonsense").problem(404, "not_found");
    assertThat(api.get(inboxOf("nobody-at-all")).ok(200).objects("notifications")).isEmpty();
  }

  private static List<String> texts(Json page) {
    return page.objects("notifications").stream().map(one -> one.text("message")).toList();
  }

  @Test
  void severalClientsAreNotifiedInOneRequest() {
    List<String> clients = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      clients.add("crowd-" + i);
    }
    String to = "[\"" + String.join("\",\"", clients) + "\"]";
    String body = "{\"to\":%s,\"message\":\"all of you\"}".formatted(to);
    Json sent = api.post("/api/v1/notifications", body, "Idempotency-Key", "crowd").ok(201);
    assertThat(sent.objects("notifications"))
        .extracting(one -> one.text("client"))
        .isEqualTo(clients);
    assertThat(api.post("/api/v1/notifications", body, "Idempotency-Key", "crowd").ok(201).text())
        .isEqualTo(sent.text());
    assertThat(texts(api.get(inboxOf("crowd-999")).ok(200))).containsExactly("all of you");
    api.post(
            "/api/v1/notifications",
            "{\"to\":%s,\"message\":\"x\"}".formatted(to.replace("]", ",\"one-more\"]")))
        .problem(400, "invalid");
    Json twice =
        api.post("/api/v1/notifications", "{\"to\":[\"twice\",\"twice\"],\"message\":\"x\"}")
            .ok(201);
    assertThat(twice.objects("notifications")).hasSize(1);
  }

  @Test
  void aRefusedClientDoesNotHideTheOthers() {
    api.post(inboxOf("half-1"), "{\"message\":\"a\"}", "Idempotency-Key", "half").ok(201);
    Json problem =
        api.post(
                "/api/v1/notifications",
                "{\"to\":[\"half-1\",\"half-2\"],\"message\":\"b\"}",
                "Idempotency-Key",
                "half")
            .problem(409, "conflict");
    assertThat(problem.objects("notifications"))
        .extracting(one -> one.text("client"))
        .containsExactly("half-2");
  }

  @Test
  void aBroadcastReachesAllClientsAndIsCounted() {
    try (Talker one = Talker.connect(server, "hearer-1");
        TestClient two = TestClient.connect(server, "hearer-2")) {
      String id =
          api.post("/api/v1/broadcasts", "{\"message\":\"to all\",\"from\":\"ops\"}")
              .ok(201)
              .text("id");
      Json heard =
          one.next(frame ->
              frame.type().equals("notification") && frame.text("message").equals("to all"));
      assertThat(heard.text("id")).isEqualTo(id);
      assertThat(heard.text("scope")).isEqualTo("broadcast");
      two.next(text -> text.contains("to all"));
      one.ask("{\"type\":\"inbox_read\",\"ids\":[\"%s\"]}".formatted(id));
      Json ledger = api.get("/api/v1/notifications/" + id).ok(200);
      assertThat(ledger.text("scope")).isEqualTo("broadcast");
      assertThat(ledger.text("state")).isEqualTo("sent");
      assertThat(ledger.number("clients")).isGreaterThanOrEqualTo(2);
      assertThat(ledger.number("read_by")).isEqualTo(1);
      assertThat(ledger.text("explanation")).contains("read by 1");
    }
  }

  @Test
  void aRevokedNotificationIsNoLongerSeen() {
    try (Talker ana = Talker.connect(server, "taken")) {
      String id = api.postText(inboxOf("taken"), "secret").ok(201).text("id");
      ana.next(frame -> frame.type().equals("notification"));
      assertThat(api.send("DELETE", "/api/v1/notifications/" + id, null).status()).isEqualTo(204);
      Json revoked = ana.next(frame -> frame.type().equals("notification_revoked"));
      assertThat(revoked.text("id")).isEqualTo(id);
      assertThat(api.send("DELETE", "/api/v1/notifications/" + id, null).status())
          .as("again")
          .isEqualTo(204);
      Json ledger = api.get("/api/v1/notifications/" + id).ok(200);
      assertThat(ledger.text("state")).isEqualTo("revoked");
      assertThat(ledger.number("revoked")).isPositive();
      assertThat(ledger.text()).doesNotContain("secret");
      assertThat(api.get(inboxOf("taken")).ok(200).text()).doesNotContain("secret");
    }
  }

  @Test
  void aStreamDeliversTheInboxWithoutAGap() {
    String first = api.postText(inboxOf("streamer"), "n1").ok(201).text("id");
    String lastId;
    try (Events events = Events.open(server, "client=streamer", "")) {
      Events.Event inbox = events.next(frame -> frame.type().equals("inbox"));
      assertThat(inbox.json().objects("notifications"))
          .extracting(one -> one.text("id"))
          .contains(first);
      api.postText(inboxOf("streamer"), "n2").ok(201);
      events.next(
          frame -> frame.type().equals("notification") && frame.text("message").equals("n2"));
      lastId = events.lastId();
      assertThat(lastId).contains("*inbox/", "*broadcasts/");
    }
    api.postText(inboxOf("streamer"), "n3").ok(201);
    api.postText("/api/v1/broadcasts", "b1").ok(201);
    api.postText(inboxOf("streamer"), "n4").ok(201);
    try (Events events = Events.open(server, "client=streamer", lastId)) {
      Json inbox = events.next(frame -> frame.type().equals("inbox")).json();
      assertThat(inbox.truth("recovered")).isTrue();
      List<String> texts =
          inbox.objects("notifications").stream().map(one -> one.text("message")).toList();
      assertThat(texts).containsSubsequence("n3", "b1", "n4").doesNotContain("n1", "n2");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{};                                       message",
        "{\"message\":1};                          message",
        "{\"message\":\"x\",\"urgency\":\"now\"};  urgency",
        "{\"message\":\"x\",\"titel\":\"y\"};      'titel'",
        "{\"message\":\"x\",\"to\":[\"a\"]};       'to'",
        "{\"message\":\"x\",\"from\":\"a b\"};     from",
        "{\"message\":\"x\",\"client\":\"a\"};     'client'",
        "{\"message\":\"x\",\"category\":\"\"};    category",
        "nonsense;                                 JSON",
      })
  void anInvalidFieldIsRefusedByName(String body, String names) {
    for (String path : List.of(inboxOf("bad"), "/api/v1/broadcasts")) {
      Json problem = api.post(path, body).problem(400, "invalid");
      assertThat(problem.text("detail")).contains(names);
    }
    assertThat(api.get(inboxOf("bad")).ok(200).objects("notifications"))
        .noneMatch(one -> one.text("scope").equals("personal"));
  }

  /// A list that was forgotten must not become a message to everybody.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"message\":\"x\"}",
        "{\"message\":\"x\",\"to\":null}",
        "{\"message\":\"x\",\"to\":[]}",
        "{\"message\":\"x\",\"to\":\"ana\"}",
        "{\"message\":\"x\",\"to\":[1]}",
        "{\"message\":\"x\",\"to\":[\"a b\"]}",
        "{\"message\":\"x\",\"to\":[null]}",
        "{\"message\":\"x\",\"to\":{}}",
      })
  void anEmptyListOfClientsIsRefused(String body) {
    try (TestClient bystander = TestClient.connect(server, "nobody-notified")) {
      bystander.chat("N", "begin");
      bystander.next(text -> text.contains("begin"));
      Json problem = api.post("/api/v1/notifications", body).problem(400, "invalid");
      assertThat(problem.text("detail")).contains("to");
      api.postText("/api/v1/notifications", "x").problem(400, "invalid");
      api.postText("/api/v1/notifications?to=ana", "x").problem(400, "invalid");
      bystander.chat("N", "end");
      assertThat(bystander.next()).contains("\"message\":\"end\"");
    }
  }

  @Test
  void invalidAddressesAndContentTypesAreRefused() {
    api.postText(inboxOf("a%20b"), "x").problem(400, "invalid");
    api.get(inboxOf("a") + "?limit=0").problem(400, "invalid");
    api.get(inboxOf("a") + "?after=x").problem(400, "invalid");
    for (String id : List.of("nonsense", "k3f9:1", "k3f9:1@ana", "k3f9:1@a%20b")) {
      api.get("/api/v1/notifications/" + id).problem(404, "not_found");
      api.send("DELETE", "/api/v1/notifications/" + id, null).problem(404, "not_found");
    }
    api.get("/api/v1/notifications").problem(405, "invalid");
    api.get("/api/v1/broadcasts").problem(405, "invalid");
    api.send("PUT", "/api/v1/notifications/k3f9:1", "").problem(405, "invalid");
    for (String path : List.of(inboxOf("a"), "/api/v1/notifications", "/api/v1/broadcasts")) {
      api.send("POST", path, "x", "Content-Type", "application/xml").problem(415, "invalid");
      api.post(path, "{\"message\":\"%s\",\"to\":[\"a\"]}".formatted("x".repeat(600_000)))
          .problem(413, "too_large");
    }
    api.postText(inboxOf("a"), "x".repeat(65_537)).problem(413, "too_large");
  }

  @Test
  void reportsOfADeviceAreInTheStatus() {
    String id = api.postText(inboxOf("teller"), "x").ok(201).text("id");
    try (Talker teller = Talker.connectOn(server, "teller", "phone")) {
      teller.ask("{\"type\":\"inbox\"}");
      teller.ask("{\"type\":\"shown\",\"id\":\"%s\"}".formatted(id));
      await()
          .atMost(TestServer.PATIENCE)
          .untilAsserted(() -> {
            Json ledger = api.get("/api/v1/notifications/" + id).ok(200);
            assertThat(ledger.text("state")).isEqualTo("shown");
            assertThat(ledger.objects("devices"))
                .extracting(device -> device.text("device"))
                .containsExactly("phone");
          });
    }
  }

  @Test
  void theStateOfANotificationGoesFromWaitingToRevoked() {
    String id = api.postText(inboxOf("stated"), "x").ok(201).text("id");
    assertThat(stateOf(id)).isEqualTo("waiting");
    try (Talker phone = Talker.connectOn(server, "stated", "phone");
        Talker laptop = Talker.connectOn(server, "stated", "laptop")) {
      Json ledger = api.get("/api/v1/notifications/" + id).ok(200);
      assertThat(ledger.text("state")).as("to be connected is not to have it").isEqualTo("waiting");
      assertThat(ledger.text("explanation"))
          .contains("stated is online (since ", "has not requested pending");
      String later = api.postText(inboxOf("stated"), "y").ok(201).text("id");
      String pos = phone.next(frame -> frame.type().equals("notification")).text("pos");
      phone.ask("{\"type\":\"ack\",\"pos\":\"%s\"}".formatted(pos));
      assertThat(stateOf(id)).isEqualTo("delivered");
      assertThat(stateOf(later)).isEqualTo("delivered");
      laptop.ask("{\"type\":\"shown\",\"id\":\"%s\"}".formatted(id));
      ledger = api.get("/api/v1/notifications/" + id).ok(200);
      assertThat(ledger.text("state")).isEqualTo("shown");
      assertThat(ledger.text("explanation")).contains("shown on laptop");
      assertThat(ledger.objects("devices"))
          .extracting(one -> one.text("device") + one.truth("delivered") + one.truth("shown"))
          .containsExactlyInAnyOrder("phonetruefalse", "laptoptruetrue");
      phone.ask("{\"type\":\"inbox_read\",\"up_to\":\"%s\"}".formatted(later));
      assertThat(stateOf(id)).isEqualTo("read");
      assertThat(api.get(inboxOf("stated")).ok(200).objects("notifications"))
          .extracting(one -> one.text("id") + " " + one.text("state") + " " + one.has("read"))
          .containsExactly(later + " read true", id + " read true");
      api.send("DELETE", "/api/v1/notifications/" + id, null);
      ledger = api.get("/api/v1/notifications/" + id).ok(200);
      assertThat(ledger.text("state")).isEqualTo("revoked");
      assertThat(ledger.text("explanation")).contains("was revoked", "stated read it");
      assertThat(ledger.fields()).doesNotContainKeys("message", "title", "data", "category");
    }
  }

  private static String stateOf(String id) {
    return api.get("/api/v1/notifications/" + id).ok(200).text("state");
  }

  @Test
  void aWaitingBroadcastNamesTheClientsItWaitsFor() {
    api.postText(inboxOf("+first-of-all"), "to be known").ok(201);
    String id =
        api.post("/api/v1/broadcasts", "{\"message\":\"all\",\"title\":\"t\"}").ok(201).text("id");
    Json before = api.get("/api/v1/notifications/" + id).ok(200);
    assertThat(before.text("from")).isEqualTo("~api");
    assertThat(before.text("message")).isEqualTo("all");
    assertThat(before.text("title")).isEqualTo("t");
    assertThat(before.number("time")).isPositive();
    // Those who come later do not have it.
    try (Talker late = Talker.connect(server, "comes-later")) {
      assertThat(late.ask("{\"type\":\"inbox\"}").objects("notifications")).isEmpty();
    }
    Json after = api.get("/api/v1/notifications/" + id).ok(200);
    assertThat(after.number("clients")).isEqualTo(before.number("clients"));
    assertThat(after.objects("waiting_for").size()).isLessThanOrEqualTo(100);
    try (Talker one = Talker.connectOn(server, "+first-of-all", "d")) {
      one.ask("{\"type\":\"shown\",\"id\":\"%s\"}".formatted(id));
      Json shown = api.get("/api/v1/notifications/" + id).ok(200);
      assertThat(shown.number("shown_to")).isEqualTo(1);
      assertThat(shown.number("delivered_to")).isEqualTo(1);
      assertThat(shown.number("read_by")).isZero();
      Json own = api.get(inboxOf("+first-of-all") + "?limit=1").ok(200);
      assertThat(own.objects("notifications").getFirst().text("state")).isEqualTo("shown");
    }
    assertThat(api.send("DELETE", "/api/v1/notifications/" + id, null).status()).isEqualTo(204);
    Json revoked = api.get("/api/v1/notifications/" + id).ok(200);
    assertThat(revoked.text("state")).isEqualTo("revoked");
    assertThat(revoked.objects("waiting_for")).isEmpty();
    assertThat(revoked.fields()).doesNotContainKeys("message", "title");
  }

  /// An operator may take back what anybody has sent.
  @Test
  void aNotificationOfAnySenderMayBeRevoked() {
    try (Talker ana = Talker.connect(server, "author")) {
      for (String sent :
          List.of(
              "{\"type\":\"notification\",\"to\":\"reader\",\"message\":\"x\"}",
              "{\"type\":\"broadcast_notification\",\"message\":\"x\"}")) {
        String id = ana.ask(sent).text("id");
        assertThat(api.send("DELETE", "/api/v1/notifications/" + id, null).status()).isEqualTo(204);
        assertThat(stateOf(id)).isEqualTo("revoked");
      }
    }
  }

  @Test
  void anIdWithTheSameOffsetButAnotherTermIsNotFound() {
    String one = api.postText(inboxOf("termed"), "x").ok(201).text("id");
    String all = api.postText("/api/v1/broadcasts", "x").ok(201).text("id");
    for (String id : List.of(one, all)) {
      String other = "/api/v1/notifications/zz" + id.substring(id.indexOf(':'));
      api.get(other).problem(404, "not_found");
      api.send("DELETE", other, null).problem(404, "not_found");
      assertThat(stateOf(id)).isNotEqualTo("revoked");
    }
    String other = "zz" + one.substring(one.indexOf(':'));
    api.get(inboxOf("termed") + "?before=" + other).problem(404, "not_found");
  }

  @Test
  void aReservedClientIsNotNotified() {
    for (String to : List.of("~erased", "~lost", "~api", "~", "~anything")) {
      Json problem =
          api.post(
                  "/api/v1/notifications",
                  "{\"to\":[\"reserved-1\",\"%s\"],\"message\":\"x\"}".formatted(to))
              .problem(400, "invalid");
      assertThat(problem.text("detail")).contains("'" + to + "'");
      try (Talker ana = Talker.connect(server, "reserved-2")) {
        Json refused =
            ana.ask("{\"type\":\"notification\",\"to\":\"%s\",\"message\":\"x\"}".formatted(to));
        assertThat(refused.text("code")).isEqualTo("invalid");
        assertThat(refused.text("message")).contains("'" + to + "'");
      }
    }
    assertThat(api.get(inboxOf("reserved-1")).ok(200).objects("notifications")).isEmpty();
  }
}
