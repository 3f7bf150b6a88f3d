package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.ReloadOutcome;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys and issuers of a configuration that is read again while a server runs.
final class ReloadedKeysTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final String OTHER = "another secret of an issuer, 32 bytes and more";

  private static final String START =
      "auth: {mode: token, hs256_secret: '%s', keys: [{name: shop, secret: %s}]}"
          .formatted(TestTokens.SECRET, KEY);

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private ReloadedServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        new ReloadedServer(
            folder,
            TestTokens.settings(
                Map.of(Setting.AUTH_KEYS, "[{name: shop, secret: %s}]".formatted(KEY))),
            START);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ReloadOutcome reload(String yaml) throws IOException {
    return server.reload(yaml);
  }

  /// Whether a request with that key or token gets past 401.
  private boolean isKnown(String credential) {
    try (RawSocket socket = RawSocket.open(server.port())) {
      socket.send(
          "GET /api/v1/rooms/lobby/messages HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
              .formatted(server.port(), credential));
      return !socket.head().startsWith("HTTP/1.1 401 ");
    }
  }

  @Test
  void aDeletedKeyIsRefusedAtOnceAndATokenOfADeletedSecretToo() throws IOException {
    String token = TestTokens.of("ana");
    assertThat(isKnown(KEY)).isTrue();
    assertThat(isKnown(token)).isTrue();
    assertThat(reload("auth: {mode: token, hs256_secret: '%s'}".formatted(OTHER)))
        .isEqualTo(
            new ReloadOutcome.Reloaded(
                List.of(Setting.AUTH_HS256_SECRET, Setting.AUTH_KEYS), List.of()));
    assertThat(isKnown(KEY)).isFalse();
    assertThat(isKnown(token)).isFalse();
    assertThat(reload(START)).isInstanceOf(ReloadOutcome.Reloaded.class);
    assertThat(isKnown(KEY)).isTrue();
    assertThat(isKnown(token)).isTrue();
  }

  @Test
  void secretsAreRotatedWithoutDroppingAnyone() throws IOException {
    try (RawSocket ana = RawSocket.open(server.port())) {
      ana.send(
          "GET /ws/ana?v=1&token=%s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cmVoZWFyc2luZzEyMzQ1Ng==\r\n\r\n"
              .formatted(TestTokens.of("ana"), server.port()));
      assertThat(ana.head()).startsWith("HTTP/1.1 101 ");
      ana.sendText("{\"type\":\"hello\",\"ref\":0}");
      assertThat(ana.read(1).text()).contains("\"welcome\"");
      assertThat(
              reload(
                  "auth: {mode: token, issuers: [{secrets: ['%s', '%s']}]}"
                      .formatted(OTHER, TestTokens.SECRET)))
          .isInstanceOf(ReloadOutcome.Reloaded.class);
      assertThat(isKnown(TestTokens.of("ana"))).isTrue();
      ana.sendText("{\"type\":\"ping\",\"ref\":1}");
      assertThat(ana.read(1).text()).contains("\"ref\":1", "\"ok\"");
    }
  }

  @Test
  void whatCanNotBeUsedChangesNothing() throws IOException {
    for (String bad :
        List.of(
            "auth: {mode: token}",
            "auth: {mode: token, hs256_secret: short}",
            "auth: {mode: token, issuers: [{name: a, secrets: ['%s']}, {name: b, secrets: ['%s']}]}"
                .formatted(OTHER, OTHER),
            "auth: {mode: token, hs256_secret: '%s', keys: [{secret: x}]}".formatted(OTHER))) {
      assertThat(reload(bad)).isInstanceOf(ReloadOutcome.Refused.class);
      assertThat(isKnown(KEY)).isTrue();
      assertThat(isKnown(TestTokens.of("ana"))).isTrue();
    }
  }

  @Test
  void theModeNeedsARestart() throws IOException {
    assertThat(reload("language: es"))
        .isEqualTo(
            new ReloadOutcome.Reloaded(
                List.of(Setting.AUTH_HS256_SECRET, Setting.AUTH_KEYS), List.of(Setting.AUTH_MODE)));
    assertThat(isKnown(TestTokens.of("ana"))).isTrue();
    assertThat(isKnown(KEY)).isFalse();
  }
}
