package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What one client may do on all its connections together. The others notice nothing.
final class ClientRatesTest {
  /// So slow that no unit comes back during a test.
  private static final String SLOW = "1";

  @SuppressWarnings("NullAway.Init") // Set by start(), with which each test begins.
  private TestServer server;

  private void start(Setting slow) {
    start(Map.of(slow, SLOW));
  }

  private void start(Map<Setting, String> settings) {
    server = TestServer.start(settings);
  }

  /// A client may send as much as one of its connections may.
  private void startWithFewMessages() {
    start(
        Map.of(
            Setting.LIMITS_MESSAGES_PER_SECOND, SLOW,
            Setting.LIMITS_BURST, "10",
            Setting.LIMITS_MESSAGES_PER_SECOND_PER_CLIENT, SLOW));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static int accepted(FullPeer peer, String fields, int times) {
    int accepted = 0;
    for (int i = 0; i < times; i++) {
      accepted += peer.ask(fields.replace("%", String.valueOf(i))).type().equals("error") ? 0 : 1;
    }
    return accepted;
  }

  private static void isTooFast(Json reply) {
    assertThat(reply.type()).isEqualTo("error");
    assertThat(reply.text("code")).isEqualTo("rate_limited");
    assertThat(reply.truth("retry")).isTrue();
    assertThat(reply.number("retry_after")).isBetween(1L, 10_000L);
  }

  private long refused(String limit) {
    return server.server().limitsRefused().getOrDefault(limit, -1L);
  }

  @Test
  void theConnectionsOfAClientShareItsMessages() {
    startWithFewMessages();
    try (FullPeer one = FullPeer.hello(server, "ana", "");
        FullPeer two = FullPeer.hello(server, "ana", "");
        FullPeer other = FullPeer.hello(server, "bea", "")) {
      assertThat(accepted(one, "'type':'ping'", 4)).isEqualTo(4);
      assertThat(accepted(two, "'type':'ping'", 8)).isBetween(4, 6);
      isTooFast(one.ask("'type':'ping'"));
      assertThat(refused("messages_per_second_per_client")).isPositive();
      assertThat(refused("messages_per_second")).isZero();
      try (FullPeer again = FullPeer.connect(server.port(), "ana")) {
        isTooFast(again.ask("'type':'hello'"));
      }
      assertThat(accepted(other, "'type':'ping'", 9)).isEqualTo(9);
    }
  }

  @Test
  void theConnectionsOfAClientShareItsBytes() {
    start(
        Map.of(
            Setting.LIMITS_BYTES_PER_SECOND, SLOW,
            Setting.LIMITS_BURST_BYTES, "1KiB",
            Setting.LIMITS_BYTES_PER_SECOND_PER_CLIENT, SLOW));
    String chat = "'type':'chat','room':'r','message':'" + "x".repeat(600) + "'";
    try (FullPeer one = FullPeer.hello(server, "ana", "");
        FullPeer two = FullPeer.hello(server, "ana", "");
        FullPeer other = FullPeer.hello(server, "bea", "")) {
      assertThat(one.ask(chat).type()).isEqualTo("ok");
      Json refused = two.ask(chat);
      assertThat(refused.text("code")).isEqualTo("rate_limited");
      assertThat(refused.number("retry_after")).isPositive();
      assertThat(other.ask(chat).type()).isEqualTo("ok");
    }
    assertThat(refused("bytes_per_second_per_client")).isPositive();
  }

  @Test
  void aClientThatIsRefusedTooOftenIsReadMoreSlowlyOnAllItsConnections() {
    startWithFewMessages();
    try (FullPeer one = FullPeer.hello(server, "ana", "");
        FullPeer two = FullPeer.hello(server, "ana", "");
        FullPeer other = FullPeer.hello(server, "bea", "'rooms':{'r':null}")) {
      for (int i = 0; i < 300; i++) {
        one.say("'type':'chat','room':'r','message':'one'");
        two.say("'type':'chat','room':'r','message':'two'");
      }
      other.say("'type':'chat','room':'r','message':'mine'");
      int heard = 0;
      Json frame = other.next("chat");
      while (!frame.text("message").equals("mine")) {
        heard++;
        frame = other.next("chat");
      }
      assertThat(heard).as("what the flooder was allowed").isLessThan(15);
      assertThat(refused("messages_per_second_per_client")).isPositive();
    }
  }

  private String request(String line, String client) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "%s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(line, server.port(), TestTokens.of(client)));
      return socket.head();
    }
  }

  private static void isTooFast(String head) {
    assertThat(head).startsWith("HTTP/1.1 429 ").containsPattern("(?i)\r\nretry-after: \\d+\r\n");
  }

  @Test
  void requestsWithATokenAndWebSocketsShareTheRatesOfTheirClient() {
    start(
        TestTokens.settings(
            Map.of(
                Setting.LIMITS_MESSAGES_PER_SECOND, SLOW,
                Setting.LIMITS_BURST, "10",
                Setting.LIMITS_MESSAGES_PER_SECOND_PER_CLIENT, SLOW,
                Setting.LIMITS_QUERIES_PER_SECOND_PER_CLIENT, SLOW)));
    String typing = "POST /api/v1/rooms/r/typing";
    String rooms = "GET /api/v1/clients/ana/rooms";
    try (RawSocket ana = RawSocket.open(server)) {
      ana.send(
          RawSocket.handshake(
              "ana",
              server.port(),
              "Sec-WebSocket-Protocol: tertulia.1\r\nAuthorization: Bearer "
                  + TestTokens.of("ana")
                  + "\r\n"));
      assertThat(ana.head()).startsWith("HTTP/1.1 101 ");
      for (int i = 0; i < 5; i++) {
        ana.sendText("{\"type\":\"hello\",\"ref\":1}");
        assertThat(ana.read(1).text()).contains("\"welcome\"");
      }
      int answered = 0;
      while (answered < 10 && !request(typing, "ana").startsWith("HTTP/1.1 429 ")) {
        answered++;
      }
      assertThat(answered).isBetween(4, 8);
      isTooFast(request(typing, "ana"));
      for (int i = 0; i < 10; i++) {
        assertThat(request(rooms, "ana")).doesNotStartWith("HTTP/1.1 429 ");
      }
      assertThat(request(typing, "bea")).doesNotStartWith("HTTP/1.1 429 ");
    }
    await().atMost(TestServer.PATIENCE).untilAsserted(() -> isTooFast(request(rooms, "ana")));
    assertThat(refused("queries_per_second_per_client")).isPositive();
  }

  @Test
  void notificationsAreLimitedBySender() {
    start(Setting.LIMITS_NOTIFICATIONS_PER_SECOND_PER_CLIENT);
    try (FullPeer one = FullPeer.hello(server, "ana", "");
        FullPeer two = FullPeer.hello(server, "ana", "")) {
      assertThat(accepted(one, "'type':'notification','to':'bea','message':'m'", 10)).isEqualTo(10);
      assertThat(accepted(two, "'type':'broadcast_notification','message':'m'", 15))
          .isBetween(10, 12);
      isTooFast(one.ask("'type':'notification','message':'m'"));
      assertThat(one.ask("'type':'chat','room':'r','message':'m'").type()).isEqualTo("ok");
    }
    assertThat(refused("notifications_per_second_per_client")).isPositive();
  }

  /// Over HTTP each addressee counts, and what is refused was not sent.
  @Test
  void notificationsOverHttpCountWithThoseOverWebSocket() {
    start(
        TestTokens.settings(
            Map.of(
                Setting.LIMITS_NOTIFICATIONS_PER_SECOND_PER_CLIENT, SLOW, Setting.LANGUAGE, "en")));
    String ana = TestTokens.of("ana", Instant.now().plusSeconds(3_600), ",'can':['notify:*']");
    try (FullPeer peer = FullPeer.withToken(server, ana)) {
      assertThat(accepted(peer, "'type':'notification','to':'bea','message':'m'", 10))
          .isEqualTo(10);
      assertThat(post("/api/v1/clients/bea/notifications", ana, "{'message':'m'}"))
          .startsWith("HTTP/1.1 201 ");
      assertThat(post("/api/v1/notifications", ana, "{'to':['a','b','c'],'message':'m'}"))
          .startsWith("HTTP/1.1 201 ");
      String refused =
          post(
              "/api/v1/notifications",
              ana,
              "{'to':['a','b','c','d','e','f','g','h','i'],'message':'m'}");
      isTooFast(refused);
      assertThat(refused).contains("\"rate_limited\"").doesNotContain("\"notifications\":");
      String bea = TestTokens.of("bea", Instant.now().plusSeconds(3_600), ",'can':['broadcast']");
      int sent = 0;
      while (sent < 30
          && post("/api/v1/broadcasts", bea, "{'message':'m'}").startsWith("HTTP/1.1 201 ")) {
        sent++;
      }
      assertThat(sent).as("another client").isBetween(20, 25);
    }
    assertThat(refused("notifications_per_second_per_client")).isPositive();
  }

  private String post(String path, String token, String json) {
    try (RawSocket socket = RawSocket.open(server)) {
      String body = json.replace('\'', '"');
      socket.send(
          "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s"
              .formatted(path, server.port(), token, body.length(), body));
      return socket.untilEnd();
    }
  }

  /// What is refused for a limit of a day says over HTTP, too, when the day is over.
  @Test
  void aLimitOfADayIsToldWithTheTimeToWait() {
    start(
        TestTokens.settings(
            Map.of(
                Setting.LIMITS_NEW_ROOMS_PER_CLIENT, "1", Setting.LIMITS_INBOXES_PER_SENDER, "1")));
    String ana =
        TestTokens.of("ana", Instant.now().plusSeconds(3_600), ",'can':['room:*:send','notify:*']");
    assertThat(post("/api/v1/rooms/r1/messages", ana, "{'message':'m'}"))
        .startsWith("HTTP/1.1 201 ");
    String room = post("/api/v1/rooms/r2/messages", ana, "{'message':'m'}");
    assertThat(room).startsWith("HTTP/1.1 409 ");
    assertThat(retryAfter(room)).isBetween(80_000L, 86_400L);
    assertThat(post("/api/v1/clients/a/notifications", ana, "{'message':'m'}"))
        .startsWith("HTTP/1.1 201 ");
    String inbox = post("/api/v1/clients/b/notifications", ana, "{'message':'m'}");
    assertThat(inbox).startsWith("HTTP/1.1 409 ");
    assertThat(retryAfter(inbox)).isBetween(80_000L, 86_400L);
    String some = post("/api/v1/notifications", ana, "{'to':['a','c'],'message':'m'}");
    assertThat(some).startsWith("HTTP/1.1 409 ").contains("\"notifications\":[{\"client\":\"a\"");
    assertThat(retryAfter(some)).isBetween(80_000L, 86_400L);
  }

  private static long retryAfter(String response) {
    Matcher header = Pattern.compile("(?i)\r\nretry-after: (\\d+)\r\n").matcher(response);
    return header.find() ? Long.parseLong(header.group(1)) : -1;
  }

  @Test
  void aBaseClientThatNotifiesTooFastIsReadMoreSlowlyAndLosesNothing() {
    start(Setting.LIMITS_NOTIFICATIONS_PER_SECOND_PER_CLIENT);
    try (TestClient ben = TestClient.connect(server, "ben")) {
      for (int i = 0; i < 22; i++) {
        ben.send("{\"type\":\"notification\",\"message\":\"n" + i + "\"}");
      }
      for (int i = 0; i < 22; i++) {
        assertThat(ben.next()).contains("\"message\":\"n" + i + '"');
      }
    }
    assertThat(refused("notifications_per_second_per_client")).isPositive();
  }

  @Test
  void joinsAreLimitedAlsoThoseOfHello() {
    start(Setting.LIMITS_JOINS_PER_SECOND_PER_CLIENT);
    try (FullPeer one = FullPeer.hello(server, "ana", "'rooms':{'a':null,'b':null}");
        FullPeer two = FullPeer.hello(server, "ana", "")) {
      assertThat(accepted(two, "'type':'join','room':'r%'", 60)).isBetween(48, 52);
      Json reply = one.ask("'type':'join','room':'one-more'");
      isTooFast(reply);
      assertThat(reply.text("room")).isEqualTo("one-more");
      one.say("'type':'hello','rooms':{'another':null}");
      isTooFast(one.next(frame -> frame.has("room") && frame.text("room").equals("another")));
      assertThat(one.ask("'type':'leave','room':'a'").type()).isEqualTo("ok");
    }
    assertThat(refused("joins_per_second_per_client")).isPositive();
  }

  @Test
  void theRoomsOfAllConnectionsAreLimited() {
    start(Map.of(Setting.LIMITS_JOINED_ROOMS_PER_CLIENT, "5"));
    try (FullPeer one = FullPeer.hello(server, "ana", "'rooms':{'a':null,'b':null}");
        FullPeer other = FullPeer.hello(server, "bea", "")) {
      try (FullPeer two = FullPeer.hello(server, "ana", "")) {
        assertThat(accepted(two, "'type':'join','room':'r%'", 4)).isEqualTo(3);
        Json reply = one.ask("'type':'join','room':'more'");
        assertThat(reply.text("code")).isEqualTo("conflict");
        assertThat(reply.text("message")).contains("limits.joined_rooms_per_client");
        assertThat(one.ask("'type':'join','room':'a'").type()).as("again").isEqualTo("joined");
        assertThat(two.ask("'type':'leave','room':'r0'").type()).isEqualTo("ok");
        assertThat(one.ask("'type':'join','room':'more'").type()).isEqualTo("joined");
        assertThat(accepted(other, "'type':'join','room':'r%'", 5)).isEqualTo(5);
      }
      server.awaitConnections(2);
      assertThat(accepted(one, "'type':'join','room':'s%'", 5)).isEqualTo(2);
    }
    assertThat(refused("joined_rooms_per_client")).isEqualTo(5);
  }

  @Test
  void queriesAreLimited() {
    start(Setting.LIMITS_QUERIES_PER_SECOND_PER_CLIENT);
    try (FullPeer one = FullPeer.hello(server, "ana", "");
        FullPeer two = FullPeer.hello(server, "ana", "")) {
      assertThat(accepted(one, "'type':'history','room':'r'", 4)).isEqualTo(4);
      assertThat(accepted(two, "'type':'presence','room':'r'", 4)).isEqualTo(4);
      assertThat(accepted(two, "'type':'rooms'", 5)).isBetween(2, 4);
      isTooFast(one.ask("'type':'history','room':'r'"));
      isTooFast(one.ask("'type':'presence','room':'r'"));
      isTooFast(one.ask("'type':'inbox'"));
    }
    assertThat(refused("queries_per_second_per_client")).isPositive();
  }
}
