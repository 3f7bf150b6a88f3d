package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A server with accounts, under a public name: whichever way a valid token comes, a page of
/// another origin can neither open a WebSocket or a stream, nor send or read anything.
final class OriginMatrixTest {
  private static final String TOKEN = TestTokens.of("ana");

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            TestTokens.settings(
                Map.of(
                    Setting.AUTH_COOKIE,
                    "session",
                    Setting.ORIGINS,
                    "https://app.example, https://shop.example:8443")));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "*",
        "file://",
        "https://evil.example",
        "https://chat.example.evil.example",
        "https://evilchat.example",
        "https://chat.example@evil.example",
        "https://evil.example#chat.example",
        "https://evil.example/chat.example",
        "https://chat.example.",
        "https://chat.example:8443",
        "https://sub.chat.example",
        "https://chat.exampl",
        "https://chat_example",
        "https://ch\u0430t.example",
        "https://app.example.evil.example",
        "https://evilapp.example",
        "https://sub.app.example",
        "https://app.example:444",
        "http://app.example",
        "https://shop.example",
        "https://app.example https://evil.example",
        "https://evil.example, https://app.example",
        "https://app.example\r\nOrigin: https://evil.example",
        "chat.example",
        "//chat.example",
        "wss://chat.example",
        "javascript:chat.example"
      })
  void aPageOfAnotherOriginIsRefused(String origin) {
    for (String fields :
        List.of(
            "Origin: " + origin + "\r\n",
            "Origin: " + origin + "\r\nSec-Fetch-Site: same-origin\r\n")) {
      assertRefused(fields);
    }
  }

  /// Without an origin, but in a browser.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Origin: \r\nSec-Fetch-Site: cross-site\r\n",
        "Origin: \r\n"
      })
  void aRequestOfAnotherSiteIsRefused(String fields) {
    assertRefused(fields);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://chat.example", "https://app.example", "https://shop.example:8443"})
  void thePageOfTheServerAndListedOnesConnect(String origin) {
    try (Door door =
        knock(
            "/ws/ana?v=1&token=" + TOKEN,
            "Origin: " + origin + "\r\nSec-WebSocket-Protocol: tertulia.1\r\n")) {
      assertThat(door.isOpen()).as(door.head()).isTrue();
    }
    String answer =
        ask("GET /api/v1/clients/ana/inbox", "Origin: " + origin + "\r\n" + bearer(), "");
    assertThat(answer).startsWith("HTTP/1.1 200 ");
    assertThat(answer)
        .doesNotContainIgnoringCase("Access-Control-Allow-Credentials")
        .doesNotContainIgnoringCase("Access-Control-Allow-Origin: *");
  }

  private static void assertRefused(String fields) {
    for (String way :
        List.of(
            bearer(),
            "Cookie: session=" + TOKEN + "\r\n",
            "Sec-WebSocket-Protocol: tertulia.1, tertulia.token." + TOKEN + "\r\n")) {
      try (Door door = knock("/ws/ana", fields + way)) {
        assertNotIn(door, fields + way);
      }
    }
    try (Door door = knock("/ws/ana?v=1&token=" + TOKEN, fields)) {
      assertNotIn(door, fields);
    }
    for (String way : List.of(bearer(), "Cookie: session=" + TOKEN + "\r\n")) {
      for (String[] request :
          new String[][] {
            {"GET /api/v1/clients/ana/inbox", ""},
            {"GET /api/v1/stream?client=ana", ""},
            {"POST /api/v1/rooms/hall/messages", "{\"message\":\"m\"}"},
            {"DELETE /api/v1/rooms/hall/messages/1", ""}
          }) {
        String answer = ask(request[0], fields + way, request[1]);
        assertThat(answer).as(request[0] + " " + fields).matches("(?s)HTTP/1\\.1 40[013] .*");
        assertThat(answer).doesNotContainIgnoringCase("Access-Control-Allow");
      }
    }
    assertThat(server.server().registry().connections()).isZero();
  }

  private static void assertNotIn(Door door, String how) {
    if (door.isOpen()) {
      assertThat(door.end()).as(how).isEqualTo("4500 unauthorized");
    } else {
      assertThat(door.head()).as(how).matches("(?s)HTTP/1\\.1 40[03] .*");
    }
  }

  private static String bearer() {
    return "Authorization: Bearer " + TOKEN + "\r\n";
  }

  private static Door knock(String path, String fields) {
    return Door.knock(server, path, "chat.example", fields);
  }

  private static String ask(String request, String fields, String body) {
    try (RawSocket socket = RawSocket.open(server)) {
      String type =
          body.isEmpty()
              ? ""
              : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
      socket.send(
          "%s HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n%s%s\r\n%s"
              .formatted(request, fields, type, body));
      return socket.untilEnd();
    }
  }
}
