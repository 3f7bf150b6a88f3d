package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The HTTP API and streams of a server that wants tokens.
final class TokenApiTest {
  private final TestServer server =
      TestServer.start(TestTokens.settings(Map.of(Setting.AUTH_CLOCK_SKEW, "0ms")));

  @AfterEach
  void stop() {
    server.close();
  }

  /// Sends a request, and gives all of its answer.
  private String ask(String request, String fields) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "%s HTTP/1.1\r\nHost: chat.example.org\r\nConnection: close\r\n%s\r\n"
              .formatted(request, fields));
      return socket.untilEnd();
    }
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/v1/rooms",
        "GET /api/v1/rooms?token=TOKEN",
        "GET /api/v1/stats",
        "POST /api/v1/broadcasts",
        "DELETE /api/v1/clients/ana/connections",
        "GET /api/v1/clients/ana/inbox",
        "GET /api/v1/stream?client=ana",
        "GET /api/v1/stream"
      })
  void withoutCredentialsEveryRequestIsUnauthorized(String request) {
    String answer = ask(request.replace("TOKEN", TestTokens.of("ana")), "");

    assertThat(answer)
        .startsWith("HTTP/1.1 401 ")
        .containsIgnoringCase("www-authenticate: Bearer realm=\"Tertulia\"\r\n")
        .containsIgnoringCase("content-type: application/problem+json")
        .contains("\"code\":\"unauthorized\"")
        .contains("Authorization: Bearer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /api/v1/rooms", "GET /api/v1/stream?client=ana"})
  void aBadTokenIsUnauthorizedAndSaysWhy(String request) {
    String expired = TestTokens.of("ana", Instant.ofEpochSecond(1));

    assertThat(ask(request, bearer(expired)))
        .startsWith("HTTP/1.1 401 ")
        .contains("error=\"invalid_token\"")
        .contains("ha caducado");
    assertThat(ask(request, bearer("x.y.z"))).startsWith("HTTP/1.1 401 ");
    assertThat(ask(request, bearer("no-key"))).startsWith("HTTP/1.1 401 ");
    assertThat(ask(request, "Authorization: Basic YTpi\r\n")).startsWith("HTTP/1.1 401 ");
    assertThat(ask(request, bearer(TestTokens.of("ana")) + bearer(TestTokens.of("ana"))))
        .startsWith("HTTP/1.1 400 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/health/live", "/health/ready", "/static/js/app.js"})
  void whatIsForEverybodyNeedsNone(String path) {
    assertThat(ask("GET " + path, "")).startsWith("HTTP/1.1 200 ");
    assertThat(ask("GET " + path, bearer("x.y.z"))).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void aStreamIsThatOfItsToken() {
    String token = TestTokens.of("ana");
    for (String query : List.of("token=" + token, "client=ana&token=" + token)) {
      try (Events events = Events.open(server, query, "")) {
        assertThat(events.next().json().text("client")).isEqualTo("ana");
      }
    }
    assertThat(ask("GET /api/v1/stream?client=ben", bearer(token))).startsWith("HTTP/1.1 403 ");
    assertThat(ask("GET /api/v1/stream?client=~api", bearer(token))).startsWith("HTTP/1.1 400 ");
    server.awaitConnections(0);
  }

  @ParameterizedTest
  @CsvSource({"''", "rooms=general"})
  void aStreamEndsWithItsToken(String rooms) {
    String query = rooms + "&token=" + TestTokens.of("ana", Instant.now().plusMillis(1_500));
    try (Events events =
        Events.open(server, query.startsWith("&") ? query.substring(1) : query, "")) {
      assertEndsWithClose(events);
    }
    assertThat(ask("GET /api/v1/stream?" + query.replaceFirst("^&", ""), ""))
        .startsWith("HTTP/1.1 401 ");
  }

  /// All events are whole, and the last one tells why the stream has ended.
  private static void assertEndsWithClose(Events events) {
    List<Events.Event> all = new ArrayList<>();
    for (Events.Event next = events.poll(); next != null; next = events.poll()) {
      next.json();
      all.add(next);
    }
    Events.Event last = all.getLast();
    assertThat(last.kind()).isEqualTo("close");
    assertThat(last.data()).isEqualTo("{\"code\":4003,\"reason\":\"token_expired\"}");
    assertThat(all).filteredOn(event -> event.kind().equals("close")).hasSize(1);
  }

  /// The client is slow, and most of the replay is still to come: in the middle of an event.
  @Test
  void aStreamEndsWithItsTokenDuringAReplay() {
    try (FullPeer ana =
        FullPeer.connect(server.port(), "ana?v=1&token=" + TestTokens.of("ana") + "&x=")) {
      ana.ask("'type':'hello'");
      for (int i = 0; i < 60; i++) {
        ana.ask("'type':'chat','room':'general','message':'%s'".formatted("x".repeat(60_000)));
      }
    }
    server.awaitConnections(0);
    String query =
        "rooms=general&after=0:0&token=" + TestTokens.of("ben", Instant.now().plusMillis(1_500));
    try (Events events = Events.openSlow(server, query)) {
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> server.server().registry().connections() == 0);

      assertEndsWithClose(events);
    }
  }
}
