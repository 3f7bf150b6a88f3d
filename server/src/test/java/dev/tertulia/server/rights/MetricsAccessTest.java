package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Metrics are for the machine, and elsewhere for those with a key for them.
final class MetricsAccessTest {
  private static final String PROXIED = "Host: 192.0.2.7\r\nX-Forwarded-For: 192.0.2.1\r\n";

  private static String get(TestServer server, String fields) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send("GET /metrics HTTP/1.1\r\nConnection: close\r\n%s\r\n".formatted(fields));
      return socket.untilEnd();
    }
  }

  @Test
  void throughAProxyTheyNeedAKeyForThem() {
    try (TestServer server =
        TestServer.start(TestTokens.settings(Map.of(Setting.HOST, "0.0.0.0")))) {
      assertThat(get(server, "Host: localhost\r\n")).startsWith("HTTP/1.1 200 ");
      assertThat(get(server, PROXIED))
          .startsWith("HTTP/1.1 401 ")
          .contains("WWW-Authenticate: Bearer")
          .doesNotContain("tertulia_");
      assertThat(get(server, PROXIED + bearer("tk_wrong_wrong"))).startsWith("HTTP/1.1 401 ");
      assertThat(get(server, PROXIED + bearer(TestTokens.of("ana")))).startsWith("HTTP/1.1 403 ");
      for (KeyScopes.Scope scope : KeyScopes.Scope.values()) {
        KeyScopes scopes = new KeyScopes(Set.of(scope), KeyScopes.ALL_ROOMS);
        try (Caller caller = Caller.withKey(server, scope.wireName(), scopes)) {
          assertThat(get(server, PROXIED + bearer(caller.secret())))
              .as(scope.wireName())
              .startsWith(scope == KeyScopes.Scope.METRICS ? "HTTP/1.1 200 " : "HTTP/1.1 403 ");
        }
      }
    }
  }

  /// Not even where clients need none.
  @Test
  void anOpenServerTellsThemToItsMachineAlone() {
    try (TestServer server = TestServer.start()) {
      assertThat(get(server, "Host: localhost\r\n")).startsWith("HTTP/1.1 200 ");
      assertThat(get(server, PROXIED)).startsWith("HTTP/1.1 403 ");
    }
    try (TestServer server =
        TestServer.start(Map.of(Setting.HOST, "0.0.0.0", Setting.AUTH_OPEN_ON_NETWORK, "true"))) {
      assertThat(get(server, "Host: localhost\r\n")).startsWith("HTTP/1.1 200 ");
      assertThat(get(server, PROXIED)).startsWith("HTTP/1.1 401 ").doesNotContain("tertulia_");
    }
  }

  @Test
  void neitherClientsNorRoomsNorPathsAreNamed() {
    try (TestServer server = TestServer.start();
        TestClient client = TestClient.connect(server, "zenobia")) {
      client.chat("zenobia", "xylophone");
      client.next(text -> text.contains("xylophone"));
      try (Caller caller = Caller.backend(server)) {
        assertThat(
                caller
                    .post(
                        "/api/v1/rooms/quixote/messages", "{'client':'zenobia','message':'wombat'}")
                    .status())
            .isBetween(200, 299);
      }
      try (RawSocket socket = RawSocket.open(server)) {
        socket.send(
            "ZEPHYR /labyrinth/minotaur HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(socket.untilEnd()).startsWith("HTTP/1.1 40");
      }
      assertThat(get(server, "Host: localhost\r\n"))
          .startsWith("HTTP/1.1 200 ")
          .doesNotContainIgnoringCase("zenobia")
          .doesNotContainIgnoringCase("xylophone")
          .doesNotContainIgnoringCase("quixote")
          .doesNotContainIgnoringCase("wombat")
          .doesNotContainIgnoringCase("zephyr")
          .doesNotContainIgnoringCase("labyrinth");
    }
  }

  private static String bearer(String secret) {
    return "Authorization: Bearer " + secret + "\r\n";
  }
}
