package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A server that a proxy serves below `/chat`, asked with the prefix and without it.
final class PrefixedServerTest {
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of(Setting.PATH_PREFIX, "/chat"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String ask(TestServer of, String method, String target, String fields) {
    try (RawSocket socket = RawSocket.open(of)) {
      socket.send(
          "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n"
              .formatted(method, target, fields));
      return socket.untilEnd();
    }
  }

  private static String get(String target) {
    return ask(server, "GET", target, "");
  }

  private static String withoutDate(String answer) {
    return answer.replaceFirst("(?im)^date: .*$", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/static/js/app.js",
        "/static/vendor/lit/index.js",
        "/static/manifest.webmanifest",
        "/service-worker.js",
        "/docs",
        "/openapi.json",
        "/health/live",
        "/health/ready",
        "/api/v1/rooms?limit=1",
        "/api/v1/clients/chat/inbox",
        "/api/v1/stream",
        "/static/../pom.xml",
        "/static/%2e%2e/pom.xml",
        "/nothing",
      })
  void theAnswerIsTheSameWithAndWithoutThePrefix(String path) {
    assertThat(withoutDate(get("/chat" + path))).isEqualTo(withoutDate(get(path)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/chatter/", "/chat/chat/", "/chat//", "/Chat/", "/%63hat/", "/x/chat/"})
  void noOtherPathIsThePage(String path) {
    assertThat(get(path)).startsWith("HTTP/1.1 404 ");
  }

  /// Relative addresses of the page would otherwise be those of its neighbours.
  @ParameterizedTest
  @CsvSource({
    "GET, /chat, /chat/",
    "HEAD, /chat, /chat/",
    "GET, /chat?v=1&x=%2F, /chat/?v=1&x=%2F"
  })
  void thePrefixAloneLeadsToThePage(String method, String target, String page) {
    String answer = ask(server, method, target, "");
    assertThat(answer)
        .startsWith("HTTP/1.1 308 ")
        .containsIgnoringCase("\r\nLocation: " + page + "\r\n")
        .containsIgnoringCase("\r\nCache-Control: no-cache\r\n")
        .containsIgnoringCase("\r\nX-Content-Type-Options: nosniff\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ws/ana", "/chat/ws/ana", "/ws/ana?v=1", "/chat/ws/ana?v=1"})
  void aWebSocketOpens(String target) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          RawSocket.handshake("ana", server.port(), "")
              .replaceFirst("/ws/ana[^ ]*", target.replace("?", "?")));
      assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
    }
    server.awaitConnections(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/chat"})
  void aStreamOpens(String prefix) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "GET %s/api/v1/stream?client=ana HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(prefix));
      assertThat(socket.head())
          .startsWith("HTTP/1.1 200 ")
          .containsIgnoringCase("Content-Type: text/event-stream");
    }
    server.awaitConnections(0);
  }

  @Test
  void withoutTheSettingItIsNotFound() {
    try (TestServer plain = TestServer.start()) {
      for (String path : new String[] {"/chat", "/chat/", "/chat/health/live"}) {
        assertThat(ask(plain, "GET", path, "")).startsWith("HTTP/1.1 404 ");
      }
    }
  }

  /// The rules on who may do what, and from which page, are those of the path without the prefix.
  @ParameterizedTest
  @CsvSource({
    "GET,  /,                   Sec-Fetch-Site: cross-site, 200",
    "GET,  /docs,               Sec-Fetch-Site: cross-site, 401",
    "GET,  /static/js/app.js,   Sec-Fetch-Site: cross-site, 200",
    "GET,  /health/live,        Sec-Fetch-Site: cross-site, 200",
    "GET,  /api/v1/rooms,       Sec-Fetch-Site: cross-site, 403",
    "GET,  /api/v1/rooms,       Sec-Fetch-Site: none,       401",
    "GET,  /api/v1/stats,       Accept: */*,                401",
    "GET,  /api/v1/admin/keys,  Accept: */*,                401",
    "GET,  /openapi.json,       Accept: */*,                401",
    "GET,  /api/v1/stream,      Accept: */*,                401",
    "GET,  /,                   Origin: https://evil.example, 403",
  })
  void noRuleIsGoneRoundByThePrefix(String method, String path, String field, int status) {
    try (TestServer guarded =
        TestServer.start(TestTokens.settings(Map.of(Setting.PATH_PREFIX, "/chat")))) {
      String afar = "X-Forwarded-For: 192.0.2.1\r\n" + field + "\r\n";
      for (String target : new String[] {path, "/chat" + path}) {
        assertThat(ask(guarded, method, target, afar))
            .as(target)
            .startsWith("HTTP/1.1 " + status + " ");
      }
    }
  }
}
