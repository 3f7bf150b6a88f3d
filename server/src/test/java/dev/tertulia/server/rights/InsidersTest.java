package dev.tertulia.server.rights;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.testing.NetworkAddress;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What tells about the server itself: for its machine, and elsewhere for those with a key.
final class InsidersTest {
  private static final String VERSION = "0.1.0";
  private static final String HERE = "Host: localhost\r\n";
  private static final String AFAR = "Host: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n";
  private static final List<String> DESCRIPTIONS =
      List.of("/docs", "/openapi.yaml", "/openapi.json");

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestServer server;

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            TestTokens.settings(
                Map.of(
                    Setting.HOST, "0.0.0.0",
                    Setting.LANGUAGE, "en",
                    Setting.PROXY_TRUSTED, "127.0.0.9")));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String request(String path, String fields) {
    return "GET %s HTTP/1.1\r\nConnection: close\r\n%s\r\n".formatted(path, fields);
  }

  private String get(String path, String fields) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(request(path, fields));
      return socket.untilEnd();
    }
  }

  private static String bearer(String text) {
    return "Authorization: Bearer " + text + "\r\n";
  }

  private String key(KeyScopes.Scope scope) {
    ApiKey.Made made =
        ApiKey.make(
            scope.wireName(),
            new KeyScopes(Set.of(scope), KeyScopes.ALL_ROOMS),
            Instant.now(),
            null);
    assertThat(server.server().apiKeys().add(made.key())).isNull();
    return made.text();
  }

  @Test
  void theMachineItselfSeesTheDescription() {
    for (String path : DESCRIPTIONS) {
      assertThat(get(path, HERE)).startsWith("HTTP/1.1 200 ");
      assertThat(get(path, "Host: 127.0.0.1:1\r\n")).startsWith("HTTP/1.1 200 ");
    }
    assertThat(get("/openapi.json", HERE)).contains(VERSION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        AFAR,
        "Host: localhost\r\nVia: 1.1 proxy\r\n",
        "Host: localhost\r\nForwarded: for=127.0.0.1\r\n",
        // A name that somebody has made point to this machine, or a proxy that tells nothing else.
        "Host: rebound.example\r\n",
        "Host: localhost.evil.example\r\n",
        "Host: 192.0.2.1\r\n"
      })
  void strangersDoNot(String from) {
    for (String path : DESCRIPTIONS) {
      assertThat(get(path, from))
          .startsWith("HTTP/1.1 401 ")
          .contains("WWW-Authenticate: Bearer", "tertulia key create")
          .doesNotContain(VERSION, "/api/v1/");
      assertThat(get(path, from + bearer("tk_wrong_wrong"))).startsWith("HTTP/1.1 401 ");
      assertThat(get(path, from + bearer(TestTokens.of("ana")))).startsWith("HTTP/1.1 403 ");
    }
  }

  @Test
  void theClientOfATrustedProxyIsNoInsiderEvenIfItIsOnTheMachine() {
    for (String client : List.of("192.0.2.1", "127.0.0.1")) {
      try (RawSocket socket = RawSocket.openFrom(server, "127.0.0.9")) {
        socket.send(request("/openapi.json", HERE + "X-Forwarded-For: " + client + "\r\n"));
        assertThat(socket.untilEnd()).startsWith("HTTP/1.1 401 ");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anyKeyOpensItElsewhere(KeyScopes.Scope scope) {
    String key = key(scope);
    for (String path : DESCRIPTIONS) {
      assertThat(get(path, AFAR + bearer(key))).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void theOperatorsKeyIsForTheMachine() throws IOException {
    String key = requireNonNull(OperatorAccess.read(server.data())).token();
    assertThat(get("/openapi.json", HERE + bearer(key))).startsWith("HTTP/1.1 200 ");
    assertThat(get("/openapi.json", AFAR + bearer(key))).startsWith("HTTP/1.1 401 ");
  }

  /// It is a 401 all the same, and is not stored.
  @Test
  void aBrowserIsShownAPageThatAsksForAKey() {
    String browser = "Accept: text/html,*/*;q=0.8\r\nIf-None-Match: *\r\n";
    String page = get("/docs", AFAR + browser);
    assertThat(page)
        .startsWith("HTTP/1.1 401 ")
        .containsIgnoringCase("Content-Type: text/html")
        .containsIgnoringCase("Cache-Control: no-store")
        .containsIgnoringCase("WWW-Authenticate: Bearer")
        .contains("script-src 'self'", "static/js/docs.js")
        .doesNotContain(VERSION);
    assertThat(get("/openapi.json", AFAR + browser)).contains("\"code\":\"unauthorized\"");
  }

  @Test
  void anotherMachineIsOutside() throws IOException {
    try (Socket socket = new Socket(NetworkAddress.own(), server.port())) {
      socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
      socket
          .getOutputStream()
          .write(request("/openapi.json", HERE).getBytes(StandardCharsets.ISO_8859_1));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 401 ");
    }
  }

  /// A classroom tries the API on the page of a server that believes everybody anyway.
  @Test
  void whereTheServerIsOpenOnTheNetworkTheDescriptionIsToo() throws IOException {
    server.close();
    server =
        TestServer.start(Map.of(Setting.HOST, "0.0.0.0", Setting.AUTH_OPEN_ON_NETWORK, "true"));
    for (String path : DESCRIPTIONS) {
      try (Socket socket = new Socket(NetworkAddress.own(), server.port())) {
        socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
        String host = "Host: " + socket.getInetAddress().getHostAddress() + "\r\n";
        socket.getOutputStream().write(request(path, host).getBytes(StandardCharsets.ISO_8859_1));
        String answer =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(answer).startsWith("HTTP/1.1 200 ");
      }
    }
  }

  @Test
  void strangersAreNotToldTheCauseOfAFault() throws SQLException {
    String key = key(KeyScopes.Scope.BROADCAST);
    String database = "jdbc:sqlite:" + server.data().resolve("tertulia.sqlite");
    try (Connection connection = DriverManager.getConnection(database);
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      await().atMost(TestServer.PATIENCE).until(() -> isDegraded(key));
      assertThat(get("/health/ready", HERE)).contains("\"cause\":\"");
      assertThat(get("/health/ready", AFAR + bearer(key))).contains("\"cause\":\"");
      for (String fields : List.of("", bearer("tk_wrong_wrong"), bearer(TestTokens.of("ana")))) {
        assertThat(get("/health/ready", AFAR + fields))
            .startsWith("HTTP/1.1 503 ")
            .endsWith("\r\n\r\n{\"status\":\"degraded\"}");
      }
      statement.execute("ROLLBACK");
    }
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> get("/health/ready", AFAR).endsWith("{\"status\":\"ready\"}"));
  }

  private boolean isDegraded(String key) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "POST /api/v1/broadcasts HTTP/1.1\r\n"
              + "Connection: close\r\n"
              + "Content-Type: application/json\r\n"
              + "Content-Length: 15\r\n"
              + HERE
              + bearer(key)
              + "\r\n{\"message\":\"x\"}");
      return socket.untilEnd().startsWith("HTTP/1.1 503 ")
          && get("/health/ready", HERE).startsWith("HTTP/1.1 503 ");
    }
  }

  @Test
  void noResponseToAStrangerTellsTheVersion() {
    for (String path :
        List.of("/", "/docs", "/health/live", "/health/ready", "/x", "/api/v1/stats", "/%zz")) {
      assertThat(get(path, AFAR))
          .doesNotContain(VERSION)
          .doesNotContainIgnoringCase("\r\nServer:")
          .doesNotContainIgnoringCase("netty")
          .doesNotContainIgnoringCase("X-Powered-By");
    }
  }
}
