package dev.tertulia.server.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A server whose issuers publish their keys, over real sockets.
final class IssuersTest {
  private static final TestKey ONE = TestKey.curve("ES256", "k");
  private static final TestKey TWO = TestKey.curve("ES256", "k");
  private static final String UNKNOWN =
      "{\"kty\":\"EC\",\"kid\":\"x\",\"crv\":\"P-999\",\"x\":\"AA\",\"y\":\"AA\"}";

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private KeyServer first;

  @SuppressWarnings("NullAway.Init") // The same.
  private KeyServer second;

  @SuppressWarnings("NullAway.Init") // The same.
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // The same.
  private Map<Setting, String> settings;

  @BeforeEach
  void start() throws Exception {
    first = new KeyServer();
    second = new KeyServer();
    first.publish(List.of(UNKNOWN, ONE.jwk()));
    second.publish(TWO);
    String issuers =
        "[{\"name\":\"one\",\"jwks_url\":\"%s\",\"prefix\":\"one.\"},{\"name\":\"two\",\"jwks_url\":\"%s\",\"prefix\":\"two.\"}]"
            .formatted(first.url(), second.url());
    settings = Map.of(Setting.AUTH_MODE, "token", Setting.AUTH_ISSUERS, issuers);
    server = TestServer.start(settings);
  }

  @AfterEach
  void stop() {
    server.close();
    first.close();
    second.close();
  }

  private static String token(TestKey key, String issuer) {
    return key.token("{\"iss\":\"%s\",\"sub\":\"ana\",\"exp\":9999999999}".formatted(issuer));
  }

  /// Opens a WebSocket of the full protocol, and says hello.
  ///
  /// @param query after the path
  /// @param hello fields of the `hello`
  /// @return the first frame that comes
  private RawSocket.Frame hello(String query, String hello) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(RawSocket.handshake("x", server.port(), "").replace("/ws/x", "/ws?v=1" + query));
      assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
      socket.sendText("{\"type\":\"hello\"" + hello + "}");
      return socket.read();
    }
  }

  private static void assertWelcome(RawSocket.Frame frame, String client) {
    assertThat(frame.opcode()).isEqualTo(1);
    assertThat(Json.parse(frame.text()).text("client")).isEqualTo(client);
  }

  /// The keys have the same `kid`, and the `sub` is the same.
  @Test
  void eachIssuerVerifiesItsOwnTokensOnly() {
    assertWelcome(hello("&token=" + token(ONE, "one"), ""), "one.ana");
    assertWelcome(hello("", ",\"token\":\"" + token(TWO, "two") + "\""), "two.ana");

    for (String crossed : List.of(token(ONE, "two"), token(TWO, "one"), token(ONE, "three"))) {
      RawSocket.Frame end = hello("&token=" + crossed, "");
      assertThat(end.opcode()).isEqualTo(8);
      assertThat(end.closeCode()).isEqualTo(4500);
    }
  }

  @Test
  void keysThatCanNotBeHadAreToldFromBadTokens() {
    TestKey rotated = TestKey.curve("ES256", "new");
    assertWelcome(hello("&token=" + token(ONE, "one"), ""), "one.ana");
    first.respond(503, "");

    RawSocket.Frame end = hello("&token=" + token(rotated, "one"), "");
    assertThat(end.opcode()).isEqualTo(8);
    assertThat(end.closeCode()).isEqualTo(4004);
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "GET /api/v1/rooms HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(token(rotated, "one")));
      assertThat(socket.untilEnd())
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("retry-after: ")
          .doesNotContain("WWW-Authenticate");
    }
    assertWelcome(hello("&token=" + token(ONE, "one"), ""), "one.ana");
  }

  /// Nobody is kept out after a reload because the issuer is down just then.
  @Test
  void aReloadKeepsTheKeysThatWereFetched() {
    assertWelcome(hello("&token=" + token(ONE, "one"), ""), "one.ana");
    first.respond(503, "");
    int requests = first.requests();
    Settings next = new Settings();
    settings.forEach(next::set);
    next.set(Setting.LIMITS_BURST, "7");
    server.server().reload(Config.from(next));

    assertWelcome(hello("&token=" + token(ONE, "one"), ""), "one.ana");
    assertWelcome(hello("&token=" + token(TWO, "two"), ""), "two.ana");
    assertThat(first.requests()).isEqualTo(requests);
  }

  /// Those who have a known key don't wait for what hangs.
  @Test
  void aServerOfKeysThatHangsKeepsNobodyOutWhoseKeyIsKnown() {
    assertWelcome(hello("&token=" + token(ONE, "one"), ""), "one.ana");
    first.hang();
    TestKey rotated = TestKey.curve("ES256", "new");
    try (RawSocket waits = RawSocket.open(server)) {
      waits.send(
          RawSocket.handshake("x", server.port(), "")
              .replace("/ws/x", "/ws?v=1&token=" + token(rotated, "one")));

      for (int i = 0; i < 20; i++) {
        assertWelcome(hello("&token=" + token(ONE, "one"), ""), "one.ana");
      }
    }
  }
}
