package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.KeyScopes.Scope;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// API keys on real sockets: what they open, and what ends when they do.
final class KeysTest {
  private static final String BACKEND = "the-key-of-the-backend-in-the-configuration";

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestServer server;

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            TestTokens.settings(
                Map.of(Setting.LANGUAGE, "en", Setting.API_KEYS, "backend=" + BACKEND)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String key(String name, @Nullable Instant expiry) {
    KeyScopes scopes = new KeyScopes(Set.of(Scope.READ, Scope.SEND), KeyScopes.ALL_ROOMS);
    ApiKey.Made made = ApiKey.make(name, scopes, Instant.now(), expiry);
    assertThat(server.server().apiKeys().add(made.key())).isNull();
    return made.text();
  }

  /// The answer to a request with a key: its head.
  private String ask(String key) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(request("/api/v1/rooms", key, ""));
      return socket.head();
    }
  }

  private String request(String path, String key, String more) {
    return "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nAuthorization: Bearer %s\r\n%s\r\n"
        .formatted(path, server.port(), key, more);
  }

  private RawSocket stream(String key) {
    RawSocket socket = RawSocket.open(server);
    socket.send(request("/api/v1/stream?client=ana&rooms=r", key, "Accept: text/event-stream\r\n"));
    assertThat(socket.head()).startsWith("HTTP/1.1 200 ");
    return socket;
  }

  @Test
  void aStoredAndAConfiguredKeyAreAccepted() {
    assertThat(ask(key("ci", null))).startsWith("HTTP/1.1 200 ");
    assertThat(ask(BACKEND)).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void anyOtherKeyIsRefused() {
    String key = key("ci", null);
    for (String wrong :
        List.of(BACKEND + "x", BACKEND.substring(1), key + "x", key.substring(0, 62), "backend")) {
      assertThat(ask(wrong))
          .as(wrong)
          .startsWith("HTTP/1.1 401 ")
          .containsIgnoringCase("\r\nwww-authenticate: Bearer");
    }
  }

  @Test
  void aRevokedKeyIsRefusedAndTheStreamsThatWereOpenedWithItEnd() {
    String key = key("ci", null);
    try (RawSocket stream = stream(key);
        RawSocket another = stream(key("other", null));
        RawSocket configured = stream(BACKEND)) {
      awaitStreams(3);
      server.server().apiKeys().revoke("ci");
      stream.untilEnd();
      assertThat(ask(key)).startsWith("HTTP/1.1 401 ");
      awaitStreams(2);
      assertThat(another.hasEnded()).isFalse();
      server.server().apiKeys().configure(List.of());
      configured.untilEnd();
      assertThat(another.hasEnded()).isFalse();
    }
  }

  /// A key that is revoked after it was checked, and before its stream is known.
  @Test
  void aStreamThatOpensWhileItsKeyIsRevokedEnds() {
    server.server().registry().revokedBy(principal -> true);
    try (RawSocket stream = stream(key("ci", null))) {
      stream.untilEnd();
    }
  }

  @Test
  void aStreamThatWasOpenedWithAKeyThatExpiresEnds() {
    String key = key("ci", Instant.now().plusMillis(1_500));
    try (RawSocket stream = stream(key)) {
      stream.untilEnd();
      assertThat(ask(key)).startsWith("HTTP/1.1 401 ");
    }
  }

  /// A key is for programs, and a WebSocket is that of a client.
  @Test
  void aKeyOpensNoWebSocket() {
    String fields = "Authorization: Bearer " + key("ci", null) + "\r\n";
    try (Door door = Door.knock(server, "/ws/ana?v=1", fields)) {
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
  }

  private void awaitStreams(int count) {
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() -> assertThat(server.server().registry().connections()).isEqualTo(count));
  }

  @Test
  void anAddressThatGuessesIsToldToWaitWhileARightKeyWorks() {
    String key = key("ci", null);
    String answer = ask("a-wrong-key-1");
    for (int i = 0; i < 100 && answer.startsWith("HTTP/1.1 401 "); i++) {
      answer = ask("a-wrong-key-" + i);
    }
    assertThat(answer).startsWith("HTTP/1.1 429 ").containsIgnoringCase("\r\nretry-after: ");
    assertThat(ask(key)).startsWith("HTTP/1.1 200 ");
    assertThat(ask("a-wrong-key-x")).startsWith("HTTP/1.1 429 ");
  }

  @Test
  void noLineOfTheLogContainsAKey() {
    Logger root = (Logger) LoggerFactory.getLogger("dev.tertulia.server");
    Logger audit = (Logger) LoggerFactory.getLogger("audit");
    List<ILoggingEvent> lines = new ArrayList<>();
    ListAppender<ILoggingEvent> appender =
        new ListAppender<>() {
          @Override
          protected synchronized void append(ILoggingEvent event) {
            lines.add(event);
          }
        };
    appender.start();
    root.addAppender(appender);
    audit.addAppender(appender);
    Level before = root.getLevel();
    root.setLevel(Level.TRACE);
    String key = key("ci", null);
    String mistyped = key.substring(0, 60) + "xyz";
    try {
      try (RawSocket stream = stream(key)) {
        awaitStreams(1);
        server.server().apiKeys().revoke("ci");
        stream.untilEnd();
      }
      for (int i = 0; i < 50; i++) {
        ask(key);
        ask(mistyped);
        ask("a-wrong-key-" + i);
      }
      Door.knock(server, "/ws/ana", "Authorization: Bearer " + key + "\r\n").close();
      Door.knock(server, "/ws/ana?token=" + key, "").close();
      server.awaitConnections(0);
    } finally {
      root.setLevel(before);
      root.detachAppender(appender);
      audit.detachAppender(appender);
    }
    synchronized (appender) {
      for (ILoggingEvent line : lines) {
        assertThat(line.getFormattedMessage() + line.getThrowableProxy())
            .doesNotContain(key.substring(14), mistyped, "a-wrong-key", BACKEND);
      }
    }
  }
}
