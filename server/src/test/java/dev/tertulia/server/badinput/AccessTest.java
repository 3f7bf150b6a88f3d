package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.WithBystander;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nobody gets in by accident: pages of other origins, other names for this machine, proxies.
final class AccessTest extends WithBystander {
  private static final String LOOPBACK_ONLY = "--open-on-network";
  private static final String FOREIGN_ORIGIN = "--allow-origin";

  AccessTest() {
    super(Map.of(Setting.ORIGINS, "https://chat.example.org, http://other.example:8080"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "http://localhost:PORT",
        "http://127.0.0.1:PORT.evil.example",
        "http://127.0.0.1:PORT/",
        "http://evil.example/127.0.0.1:PORT",
        "http://evil.example#127.0.0.1:PORT",
        "http://x@127.0.0.1:PORT",
        "ftp://127.0.0.1:PORT",
        "127.0.0.1:PORT",
        "http://chat.example.org",
        "https://chat.example.org:8443",
        "https://chat.example.org.evil.example",
        "file://",
        "*"
      })
  void aForeignOrigin(String origin) {
    assertRefused(with("Origin: " + origin), FOREIGN_ORIGIN);
    assertRefused(get("127.0.0.1:PORT", "Origin: " + origin), FOREIGN_ORIGIN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:PORT",
        "HTTP://127.0.0.1:PORT",
        "https://127.0.0.1:PORT",
        "https://chat.example.org",
        "http://other.example:8080"
      })
  void theSameHostOrOneOnTheList(String origin) {
    RawSocket socket = open();
    socket.send(with("Origin: " + origin));
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tertulia.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:PORT",
        "evil.example:PORT",
        "10.0.0.1:PORT",
        "0.0.0.0:PORT",
        "[::]:PORT",
        "[::2]",
        "localhost:PORT:80",
        "localhost:",
        "user@localhost",
        "localhost/",
        ""
      })
  void aHostThatIsNotLoopback(String host) {
    assertRefused(get(host, "X: y"), LOOPBACK_ONLY);
    assertRefused(with("X: y").replace("127.0.0.1:" + server.port(), host), LOOPBACK_ONLY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:PORT", "127.0.0.1", "127.1.2.3:1", "[::1]:PORT"})
  void aHostThatIsLoopback(String host) {
    RawSocket socket = open();
    socket.send(set(get(host, "X: y")));
    assertThat(socket.untilEnd()).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Forwarded: for=192.0.2.1",
        "Via: 1.1 proxy",
        "X-Forwarded-For: 192.0.2.1",
        "x-forwarded-for: 127.0.0.1",
        "X-Forwarded-Host: localhost",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Port: 443",
        "X-Forwarded-Server: proxy",
        "X-Forwarded-Prefix: /chat",
        "X-Forwarded-Ssl: on",
        "X-Real-IP: 192.0.2.1",
        "Via:"
      })
  void aRequestThroughAProxy(String header) {
    assertRefused(with(header), LOOPBACK_ONLY);
    assertRefused(get("localhost", header), LOOPBACK_ONLY);
  }

  @Test
  void openToTheNetworkEverybodyComesInButForeignPages() {
    try (TestServer opened = TestServer.start(Map.of(Setting.AUTH_OPEN_ON_NETWORK, "true"))) {
      assertThat(answer(opened, get("chat.example", "X-Forwarded-For: 192.0.2.1")))
          .startsWith("HTTP/1.1 200 ");
      assertThat(answer(opened, get("chat.example", "Origin: http://chat.example")))
          .startsWith("HTTP/1.1 200 ");
      assertThat(answer(opened, get("chat.example:80", "Origin: http://chat.example")))
          .startsWith("HTTP/1.1 200 ");
      assertThat(answer(opened, get("chat.example", "Origin: http://evil.example")))
          .startsWith("HTTP/1.1 403 ")
          .contains(FOREIGN_ORIGIN);
      assertThat(answer(opened, get("chat.example", "Origin: null"))).startsWith("HTTP/1.1 403 ");
      assertThat(answer(opened, "GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }
  }

  private void assertRefused(String request, String wayOut) {
    assertThat(answer(server, set(request)))
        .startsWith("HTTP/1.1 403 ")
        .contains("\"code\":\"forbidden\"")
        .contains(wayOut);
  }

  private static String answer(TestServer server, String request) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(request);
      return socket.untilEnd();
    }
  }

  private String set(String request) {
    return request.replace("PORT", Integer.toString(server.port()));
  }

  private static String get(String host, String header) {
    return "GET /health/live HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n\r\n"
        .formatted(host, header);
  }

  /// A handshake with one more header.
  private String with(String header) {
    return set(
        RawSocket.handshake("guest", server.port())
            .replaceFirst("\r\n\r\n", "\r\n" + header + "\r\n\r\n"));
  }
}
