package dev.tertulia.server.proxies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.proxies.ProxyProcess.Change;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The server behind nginx, HAProxy and Caddy.
@Tag("system")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ProxiesTest {
  /// More than a proxy with these timeouts waits.
  private static final int COMMENTS = 12;

  private static final Change[] SHORT_TIMEOUTS = {new Change(" 75s", " 1s")};

  /// Caddy has none of its own.
  private static final Change[] CADDY_TIMEOUTS = {};

  private @Nullable TestServer server;
  private @Nullable ProxyProcess proxy;

  private ProxyProcess start(String file, Map<Setting, String> more, Change... changes) {
    Map<Setting, String> settings = new HashMap<>(more);
    settings.put(Setting.PROXY_TRUSTED, "127.0.0.1");
    if (file.contains("tcp")) {
      settings.put(Setting.PROXY_PROTOCOL, "v2");
    }
    if (file.contains("path")) {
      settings.put(Setting.PATH_PREFIX, "/chat");
    }
    TestServer started = TestServer.start(TestTokens.settings(settings));
    server = started;
    ProxyProcess before = ProxyProcess.start(file, started, changes);
    proxy = before;
    return before;
  }

  @AfterEach
  void stop() {
    if (proxy != null) {
      proxy.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private static RawSocket webSocket(ProxyProcess proxy, String from, String prefix, String id) {
    RawSocket socket = RawSocket.openFrom(proxy.port(), from);
    socket.send(
        RawSocket.handshake(id, proxy.port(), "Authorization: Bearer " + TestTokens.of(id) + "\r\n")
            .replace(" /ws/", " " + prefix + "/ws/"));
    return socket;
  }

  private static RawSocket open(ProxyProcess proxy, String prefix, String id) {
    RawSocket socket = webSocket(proxy, "127.0.0.1", prefix, id);
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
    return socket;
  }

  private static void say(RawSocket socket, String text) {
    socket.sendText("{\"type\":\"chat\",\"message\":\"%s\"}".formatted(text));
  }

  private static void awaitText(RawSocket socket, String text) {
    while (!socket.read(1).text().contains(text)) {
      // Others came before.
    }
  }

  private static Lines stream(ProxyProcess proxy, String prefix, String... fields)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(proxy.http(prefix + "/api/v1/stream?rooms=lobby"))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Authorization", "Bearer " + TestTokens.of("reader"));
    if (fields.length > 0) {
      request.headers(fields);
    }
    HttpResponse<InputStream> answer =
        HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    boolean gzip = answer.headers().firstValue("Content-Encoding").orElse("").equals("gzip");
    return new Lines(gzip ? new GZIPInputStream(answer.body(), 64) : answer.body(), gzip);
  }

  /// The lines of a stream, each as soon as it is there: readers of the JDK wait for more of a
  /// compressed one.
  private record Lines(InputStream in, boolean compressed) implements AutoCloseable {
    @Nullable String next() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int letter = in.read();
      while (letter >= 0 && letter != '\n') {
        line.write(letter);
        letter = in.read();
      }
      return letter < 0 ? null : line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private static void awaitLine(Lines stream, String part) throws IOException {
    String line = stream.next();
    while (line != null && !line.contains(part)) {
      line = stream.next();
    }
    assertThat(line).as("the stream has ended before '%s'", part).isNotNull();
  }

  private static String get(ProxyProcess proxy, String target, String fields) {
    try (RawSocket socket = RawSocket.open(proxy.port())) {
      socket.send(
          "GET %s HTTP/1.1\r\nHost: chat.example.org\r\nConnection: close\r\n%s\r\n"
              .formatted(target, fields));
      return socket.untilEnd();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nginx.conf, ''",
    "nginx-path.conf, /chat",
    "haproxy.cfg, ''",
    "haproxy-path.cfg, /chat",
    "haproxy-tcp.cfg, ''",
    "Caddyfile, ''",
    "Caddyfile-path, /chat",
  })
  void whatIsSaidComesThroughAtOnce(String file, String prefix) throws Exception {
    ProxyProcess through = start(file, Map.of());
    try (RawSocket socket = open(through, prefix, "ana");
        Lines stream = stream(through, prefix)) {
      say(socket, "hola");
      awaitText(socket, "hola");
      awaitLine(stream, "hola");
      assertThat(get(through, prefix + "/health/ready", "")).startsWith("HTTP/1.1 200 ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nginx-path.conf, 'proxy_pass http://tertulia;', 'proxy_pass http://tertulia/;'",
    "haproxy-path.cfg, '  #   http-request replace-path', '  http-request replace-path'",
    "Caddyfile-path, 'handle /chat/*', 'handle_path /chat/*'",
  })
  void aProxyMayRemoveThePath(String file, String line, String removing) throws Exception {
    // HAProxy evaluates the path after the rules that change it.
    Change[] changes =
        file.startsWith("haproxy")
            ? new Change[] {
              new Change(line, removing),
              new Change("use_backend tertulia if { path_beg /chat/ }", "default_backend tertulia")
            }
            : new Change[] {new Change(line, removing)};
    ProxyProcess through = start(file, Map.of(), changes);
    try (RawSocket socket = open(through, "/chat", "ana");
        Lines stream = stream(through, "/chat")) {
      say(socket, "hola");
      awaitLine(stream, "hola");
      assertThat(get(through, "/chat/static/js/app.js", "")).startsWith("HTTP/1.1 200 ");
      assertThat(get(through, "/chat", ""))
          .startsWith("HTTP/1.1 30")
          .containsPattern("(?i)\r\nlocation: (http://[^/]*)?/chat/\r\n");
      assertThat(get(through, "/chat/metrics", "")).startsWith("HTTP/1.1 404 ");
    }
  }

  /// A compressor holds back what does not fill its block, the head of the response included.
  @ParameterizedTest
  @CsvSource({
    "nginx.conf, 'server_name chat.example.org;',"
        + " 'gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any;'",
    "haproxy.cfg, 'option httpchk GET /health/ready',"
        + " '  compression algo gzip\n  compression type text/event-stream application/json'",
    "Caddyfile, '#   @compressible not path /api/v1/stream', '@compressible not path"
        + " /api/v1/stream\n"
        + "encode @compressible {\n"
        + "gzip\n"
        + "minimum_length 1\n"
        + "}'",
  })
  void theFirstEventIsNotHeldByACompressor(String file, String line, String compressing)
      throws Exception {
    ProxyProcess through =
        start(file, Map.of(), new Change(line, line + "\n" + compressing + "\n"));
    try (RawSocket socket = open(through, "", "ana");
        Lines stream = stream(through, "", "Accept-Encoding", "gzip")) {
      say(socket, "hola");
      awaitLine(stream, "hola");
      assertThat(stream.compressed())
          .as("nginx takes no notice of no-transform, and sends each event at once all the same")
          .isEqualTo(file.startsWith("nginx"));
    }
    assertThat(get(through, "/health/live", "Accept-Encoding: gzip\r\n"))
        .as("the compressor is there")
        .containsIgnoringCase("content-encoding: gzip");
  }

  /// Not even a proxy that takes no notice of `X-Accel-Buffering`.
  @Test
  void aStreamIsNotToBeTransformed() throws Exception {
    ProxyProcess through = start("haproxy.cfg", Map.of());
    try (RawSocket socket = RawSocket.open(through.port())) {
      socket.send(
          "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(TestTokens.of("reader")));
      assertThat(socket.head())
          .containsIgnoringCase("\r\nCache-Control: no-store, no-transform\r\n")
          .containsIgnoringCase("\r\nX-Accel-Buffering: no\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx.conf", "haproxy.cfg", "haproxy-tcp.cfg", "Caddyfile"})
  void anIdleConnectionOutlivesTheTimeoutsOfTheProxy(String file) throws Exception {
    stayIdle(
        start(
            file,
            Map.of(Setting.HEARTBEAT_INTERVAL, "250ms", Setting.HEARTBEAT_TIMEOUT, "30s"),
            file.equals("Caddyfile") ? CADDY_TIMEOUTS : SHORT_TIMEOUTS),
        COMMENTS);
  }

  /// With the files and settings as they are, for ten minutes.
  @Tag("long")
  @Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @ParameterizedTest
  @ValueSource(strings = {"nginx.conf", "haproxy.cfg", "haproxy-tcp.cfg", "Caddyfile"})
  void anIdleConnectionLastsForTenMinutes(String file) throws Exception {
    stayIdle(start(file, Map.of()), 24);
  }

  /// Waits for so many signs of life on a stream and on a WebSocket on which nothing is said, and
  /// finds both still there.
  private static void stayIdle(ProxyProcess through, int signs) throws Exception {
    try (RawSocket socket = open(through, "", "ana");
        Lines stream = stream(through, "")) {
      awaitLine(stream, "\"joined\"");
      socket.socket().setSoTimeout(60_000);
      for (int i = 0; i < signs; i++) {
        socket.sendFrame(0x8a, socket.read(9).payload());
        awaitLine(stream, ":");
      }
      say(socket, "hola");
      awaitText(socket, "hola");
      awaitLine(stream, "hola");
    }
  }

  /// The other way round: without them it is cut.
  @ParameterizedTest
  @ValueSource(strings = {"nginx.conf", "haproxy.cfg"})
  void withoutSignsOfLifeTheProxyEndsAStream(String file) throws Exception {
    ProxyProcess through =
        start(
            file,
            Map.of(Setting.HEARTBEAT_INTERVAL, "40s", Setting.HEARTBEAT_TIMEOUT, "60s"),
            SHORT_TIMEOUTS);
    try (Lines stream = stream(through, "")) {
      while (stream.next() != null) {
        // What was there already.
      }
    } catch (IOException cut) {
      // Some proxies end the chunks, others do not.
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx.conf", "haproxy.cfg", "haproxy-tcp.cfg"})
  void openConnectionsOutliveAReloadOfTheProxy(String file) throws Exception {
    ProxyProcess through = start(file, Map.of());
    try (RawSocket socket = open(through, "", "ana");
        Lines stream = stream(through, "")) {
      awaitLine(stream, "\"joined\"");
      through.reload();
      try (RawSocket other = open(through, "", "eva")) {
        say(other, "hola");
        awaitText(socket, "hola");
        awaitLine(stream, "hola");
      }
    }
  }

  /// Caddy 2.6 of Debian has no directive that keeps WebSockets.
  @Test
  void aReloadOfCaddyKeepsStreamsAndLetsWebSocketsComeBack() throws Exception {
    ProxyProcess through = start("Caddyfile", Map.of());
    try (RawSocket socket = open(through, "", "ana");
        Lines stream = stream(through, "")) {
      awaitLine(stream, "\"joined\"");
      through.reload();
      socket.untilEnd();
      try (RawSocket again = open(through, "", "ana")) {
        say(again, "hola");
        awaitText(again, "hola");
        awaitLine(stream, "hola");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nginx.conf, ''",
    "nginx-path.conf, /chat",
    "haproxy.cfg, ''",
    "haproxy-path.cfg, /chat",
    "haproxy-tcp.cfg, ''",
    "Caddyfile, ''",
    "Caddyfile-path, /chat",
  })
  void limitsCountTheAddressesOfClients(String file, String prefix) {
    ProxyProcess through = start(file, Map.of(Setting.LIMITS_CONNECTIONS_PER_ADDRESS, "1"));
    try (RawSocket one = webSocket(through, "127.0.0.2", prefix, "one");
        RawSocket two = webSocket(through, "127.0.0.3", prefix, "two")) {
      assertThat(one.head()).startsWith("HTTP/1.1 101 ");
      assertThat(two.head()).startsWith("HTTP/1.1 101 ");
      try (RawSocket again = webSocket(through, "127.0.0.2", prefix, "again")) {
        assertThat(again.head()).startsWith("HTTP/1.1 503 ");
      }
    }
  }

  /// What a client says of itself does not count.
  @ParameterizedTest
  @ValueSource(strings = {"nginx.conf", "haproxy.cfg", "Caddyfile"})
  void aClientCannotBeAnother(String file) {
    ProxyProcess through = start(file, Map.of(Setting.LIMITS_CONNECTIONS_PER_ADDRESS, "1"));
    try (RawSocket one = webSocket(through, "127.0.0.2", "", "one")) {
      assertThat(one.head()).startsWith("HTTP/1.1 101 ");
      String lie =
          "Authorization: Bearer %s\r\nX-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\n"
              .formatted(TestTokens.of("two"));
      try (RawSocket two = RawSocket.openFrom(through.port(), "127.0.0.2")) {
        two.send(RawSocket.handshake("two", through.port(), lie));
        assertThat(two.head()).startsWith("HTTP/1.1 503 ");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nginx.conf, ''",
    "nginx-path.conf, /chat",
    "haproxy.cfg, ''",
    "haproxy-path.cfg, /chat",
    "haproxy-tcp.cfg, ''",
    "Caddyfile, ''",
    "Caddyfile-path, /chat",
  })
  void whatIsAnOperatorsIsNotForTheNetwork(String file, String prefix) {
    ProxyProcess through = start(file, Map.of());
    for (String path :
        List.of(
            "/metrics",
            "/chat/metrics",
            "//metrics",
            "/%6detrics",
            "/static/../metrics",
            "/static/%2e%2e/metrics",
            "/api/v1/admin/keys",
            "/api/v1/stats")) {
      String answer = get(through, prefix + path, "");
      assertThat(answer).as(path).containsPattern("^HTTP/1.1 4\\d\\d ").doesNotContain("tertulia_");
      if (!file.contains("tcp") && !path.equals("/api/v1/stats")) {
        assertThat(answer).as(path).containsPattern("^HTTP/1.1 (404|400) ");
      }
    }
  }

  /// The proxy asks whether the server is ready, and gets its answer although it names no client.
  @Test
  void checksOfHaproxyAreAnswered() {
    for (String file : List.of("haproxy.cfg", "haproxy-tcp.cfg")) {
      ProxyProcess through =
          start(file, Map.of(), new Change("check inter 2s", "check inter 20ms"));
      try {
        // A server whose first check has failed is down: then 503, or nothing.
        for (int i = 0; i < 20; i++) {
          await()
              .pollDelay(Duration.ofMillis(20))
              .until(() -> get(through, "/health/live", "").startsWith("HTTP/1.1 200 "));
        }
      } finally {
        stop();
        proxy = null;
        server = null;
      }
    }
  }
}
