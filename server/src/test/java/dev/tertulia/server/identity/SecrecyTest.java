package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// No token or key shows up where others could read it: neither in a line of the log, at whatever
/// level, nor in an answer.
final class SecrecyTest {
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Level before = root.getLevel();
  private final Queue<String> shown = new ConcurrentLinkedQueue<>();

  /// Everything that is logged, with its causes.
  private final AppenderBase<ILoggingEvent> lines =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          shown.add(event.getLoggerName() + " " + event.getFormattedMessage());
          if (event.getThrowableProxy() != null) {
            shown.add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
          }
        }
      };

  @BeforeEach
  void listen() {
    lines.setContext(root.getLoggerContext());
    lines.start();
    root.addAppender(lines);
    root.setLevel(Level.TRACE);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(lines);
    root.setLevel(before);
  }

  private void ask(TestServer server, String path, String fields) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n".formatted(path, fields));
      shown.add(socket.untilEnd());
    }
  }

  private void knock(TestServer server, String path, String fields) {
    try (Door door = Door.knock(server, path, fields)) {
      shown.add(door.head());
      door.socket().sendFrame(0x88, new byte[] {3, (byte) 0xe8});
      shown.add(door.socket().untilEnd());
    }
  }

  private void hello(TestServer server, String token) {
    try (Door door = Door.knock(server, "/ws", "Sec-WebSocket-Protocol: tertulia.1\r\n")) {
      door.say("{'type':'hello','ref':1,'token':'%s'}".formatted(token));
      door.say("{'type':'hello','ref':2,'token':'%s'}".formatted(token));
      door.say("{'type':'chat','ref':3,'room':{},'token':'%s'}".formatted(token));
      door.socket().sendFrame(0x88, new byte[] {3, (byte) 0xe8});
      shown.add(door.socket().untilEnd());
    }
  }

  @Test
  void noTokenIsShownWhicheverWayItComes() {
    // A mark that is found in any piece of the text.
    String mark = "QUARKQUARKQUARK";
    List<String> tokens =
        List.of(
            TestTokens.of("ana"),
            TestTokens.of("ana", Instant.ofEpochSecond(1)),
            mark,
            mark + "." + mark + "." + mark,
            TestTokens.of("ana") + mark);
    try (TestServer server =
        TestServer.start(TestTokens.settings(Map.of(Setting.AUTH_COOKIE, "session")))) {
      for (String token : tokens) {
        String bearer = "Authorization: Bearer " + token + "\r\n";
        String cookie = "Cookie: session=" + token + "\r\n";
        ask(server, "/api/v1/rooms", bearer);
        ask(server, "/api/v1/rooms", cookie);
        ask(server, "/api/v1/rooms?token=" + token, bearer);
        ask(server, "/nowhere?token=" + token, bearer);
        ask(server, "/api/v1/stream?client=no%20name&token=" + token, "");
        ask(server, "/api/v1/stream?client=ben", bearer);
        ask(server, "/?token=" + token, cookie);
        knock(server, "/ws/ana?token=" + token, "");
        knock(server, "/ws/ben?token=" + token, bearer);
        knock(server, "/ws/ana", cookie);
        knock(server, "/ws/a%20b?v=1&token=" + token, "");
        knock(
            server, "/ws", "Sec-WebSocket-Protocol: tertulia.1, tertulia.token." + token + "\r\n");
        knock(server, "/ws?v=2", "Sec-WebSocket-Protocol: tertulia.token." + token + ",,\r\n");
        hello(server, token);
      }
    }

    assertThat(shown).as("lines and answers").hasSizeGreaterThan(100);
    for (String token : tokens) {
      String end = token.substring(Math.max(0, token.length() - 15));
      assertThat(shown).noneMatch(text -> text.contains(end) || text.contains(mark));
    }
  }

  /// What a page links to does not learn its address.
  @Test
  void noAddressIsSentToOthers() {
    try (TestServer server = TestServer.start(TestTokens.settings())) {
      ask(server, "/?token=x", "");
      ask(server, "/api/v1/rooms", "");
      ask(server, "/docs", "");
      assertThat(shown.stream().filter(text -> text.startsWith("HTTP/1.1 ")))
          .hasSize(3)
          .allMatch(text -> text.contains("Referrer-Policy: no-referrer"));
    }
  }
}
