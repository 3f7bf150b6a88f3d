package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.WithBystander;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No accidental access: pages of other origins, other names for this machine, proxies.
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
  void aForeignOriginIsRefused(String origin) {
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
  void theSameHostAndListedOriginsAreAccepted(String origin) {
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
  void aHostThatIsNotLoopbackIsRefused(String host) {
    assertRefused(get(host, "X: y"), LOOPBACK_ONLY);
    assertRefused(with("X: y").replace("127.0.0.1:" + server.port(), host), LOOPBACK_ONLY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:PORT", "127.0.0.1", "127.1.2.3:1", "[::1]:PORT"})
  void aLoopbackHostIsAccepted(String host) {
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
        "X-Forwarded: for=192.0.2.1",
        "X_Forwarded_For: 192.0.2.1",
        "X-ForwardedFor: 192.0.2.1",
        "Forwarded-For: 192.0.2.1",
        "CF-Connecting-IP: 192.0.2.1",
        "CF-Ray: 1",
        "CDN-Loop: cdn",
        "True-Client-IP: 192.0.2.1",
        "X-Client-IP: 192.0.2.1",
        "Client-IP: 192.0.2.1",
        "X-Cluster-Client-IP: 192.0.2.1",
        "X-Original-URL: /",
        "X-Original-Forwarded-For: 192.0.2.1",
        "X-Rewrite-URL: /",
        "X-Envoy-External-Address: 192.0.2.1",
        "X-Amzn-Trace-Id: Root=1",
        "Fastly-Client-IP: 192.0.2.1",
        "Fly-Client-IP: 192.0.2.1",
        "Max-Forwards: 10",
        "Via:"
      })
  void aRequestThroughAProxyIsRefused(String header) {
    assertRefused(with(header), LOOPBACK_ONLY);
    assertRefused(get("localhost", header), LOOPBACK_ONLY);
  }

  /// As nginx asks for what it was told to with a plain `proxy_pass`, and as other old proxies do.
  @ParameterizedTest
  @ValueSource(strings = {"close", "keep-alive", "Keep-Alive"})
  void anHttp10ProxyWithoutForwardingHeadersIsRefused(String connection) {
    assertRefused(
        "GET /health/live HTTP/1.0\r\nHost: 127.0.0.1:PORT\r\nConnection: %s\r\n\r\n"
            .formatted(connection),
        LOOPBACK_ONLY);
  }

  /// Images, frames and links of other sites: they have no `Origin`.
  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site"})
  void crossSiteRequestsOfABrowserAreRefused(String site) {
    String field = "Sec-Fetch-Site: " + site;
    for (String path :
        List.of("/api/v1/stream?client=evil", "/api/v1/rooms", "/openapi.yaml", "/ws/evil", "/x")) {
      String request = get("localhost", field).replace("/health/live", path);
      assertRefused(request, FOREIGN_ORIGIN);
      String head = answer(server, request.replace("GET ", "HEAD "));
      assertThat(head).startsWith("HTTP/1.1 403 ");
    }
    assertRefused(with(field), FOREIGN_ORIGIN);
    for (String path : List.of("/", "/docs", "/static/js/app.js", "/health/ready")) {
      assertThat(answer(server, get("localhost", field).replace("/health/live", path)))
          .startsWith("HTTP/1.1 200 ");
    }
    String allowed = field + "\r\nOrigin: https://chat.example.org";
    assertThat(answer(server, get("localhost", allowed).replace("/health/live", "/api/v1/rooms")))
        .startsWith("HTTP/1.1 200 ");
    RawSocket socket = open();
    socket.send(with(allowed));
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
  }

  /// A page that may ask is told why it is refused, wherever that is found; no other page is.
  @Test
  void anAllowedOriginCanReadARefusal() {
    String origin = "https://chat.example.org";
    String to = "Access-Control-Allow-Origin: " + origin + "\r\n";
    List<String> refused = new ArrayList<>();
    for (String path : List.of("/%zz", "/api/v1/rooms?x=%E9", "/%C3", "/" + "x".repeat(17_000))) {
      refused.add(get("localhost", "Origin: ORIGIN").replace("/health/live", path));
    }
    String post = get("localhost", "Origin: ORIGIN").replace("GET /health/live", "POST /api/v1/x");
    refused.add(
        post.replace("X: y", "").replaceFirst("\r\n\r\n", "\r\nContent-Length: 9999999\r\n\r\n"));
    refused.add(
        post.replaceFirst("\r\n\r\n", "\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"));
    refused.add(get("localhost", "Origin: ORIGIN\r\nVia: 1.1 proxy"));
    refused.add(
        get("localhost", "Origin: ORIGIN\r\n" + "X: y\r\n".repeat(100)).strip() + "\r\n\r\n");
    refused.add(get("evil.example", "Origin: ORIGIN"));
    refused.add(get("localhost", "Origin: ORIGIN").replace("/health/live", "/ws/ana"));
    for (String request : refused) {
      String answer = answer(server, request.replace("ORIGIN", origin));
      assertThat(answer)
          .startsWith("HTTP/1.1 ")
          .containsIgnoringCase(to)
          .containsIgnoringCase("Vary: Origin\r\n");
      assertThat(Integer.parseInt(answer.substring(9, 12))).isGreaterThanOrEqualTo(400);
      assertThat(answer(server, request.replace("ORIGIN", "https://evil.example")))
          .doesNotContainIgnoringCase("Access-Control-Allow");
    }
    RawSocket socket = open();
    String first = get("localhost", "Origin: " + origin).replace("Connection: close\r\n", "");
    socket.send(first + get("localhost", "X: y").replace("/health/live", "/%zz"));
    String both = socket.untilEnd();
    assertThat(both).startsWith("HTTP/1.1 200 ").containsIgnoringCase(to);
    assertThat(both.substring(both.indexOf("HTTP/1.1 400 ")))
        .doesNotContainIgnoringCase("Access-Control-Allow");
  }

  @Test
  void sameOriginAndUserInitiatedRequestsAreAccepted() {
    for (String site : List.of("same-origin", "none")) {
      String request = get("localhost", "Sec-Fetch-Site: " + site);
      assertThat(answer(server, request.replace("/health/live", "/api/v1/rooms")))
          .startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void anOpenServerAnswersToItsAddressesAndConfiguredNames() {
    try (TestServer opened = TestServer.start(Map.of(Setting.AUTH_OPEN_ON_NETWORK, "true"))) {
      for (String host : List.of("192.0.2.1", "[2001:db8::1]:PORT", "localhost", "127.0.0.1")) {
        assertThat(answer(opened, set(get(host, "X: y")))).startsWith("HTTP/1.1 200 ");
      }
      assertThat(answer(opened, get("rebound.evil.example", "Origin: http://rebound.evil.example")))
          .startsWith("HTTP/1.1 403 ")
          .contains("--allow-host");
    }
  }

  @Test
  void anOpenServerRefusesOnlyForeignPages() {
    Map<Setting, String> settings =
        Map.of(Setting.AUTH_OPEN_ON_NETWORK, "true", Setting.HOSTS, "chat.example");
    try (TestServer opened = TestServer.start(settings)) {
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
