package dev.tertulia.client.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.client.testing.Peer;
import dev.tertulia.client.testing.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Runs against servers that lose, refuse, close and break the rules.
final class LoadRunFailuresTest {
  private static final Duration SHORT = Duration.ofMillis(400);

  @Test
  void aMissingDeliveryIsCountedAsLost() throws Exception {
    ScriptedServer[] self = new ScriptedServer[1];
    try (ScriptedServer server =
        ScriptedServer.start((_, text) -> {
          for (Peer peer : self[0].peers()) {
            if (!peer.path().equals("/c7")) {
              peer.send(text);
            }
          }
        })) {
      self[0] = server;
      LoadReport report = Runs.to(server.url()).times(SHORT, SHORT, SHORT).run();
      assertThat(report.sent()).isEqualTo(80);
      assertThat(report.expected()).isEqualTo(80 * 20);
      assertThat(report.lost()).as("all of one connection").isEqualTo(80);
      assertThat(report.delivered()).isEqualTo(80 * 19);
      assertThat(report.isFlawless()).isFalse();
    }
  }

  @Test
  void aDuplicateDoesNotCompensateForALoss() throws Exception {
    ScriptedServer[] self = new ScriptedServer[1];
    try (ScriptedServer server =
        ScriptedServer.start((_, text) -> {
          for (Peer peer : self[0].peers()) {
            if (peer.path().equals("/c7")) {
              peer.send(text);
              peer.send(text);
            } else if (!peer.path().equals("/c8")) {
              peer.send(text);
            }
          }
        })) {
      self[0] = server;
      LoadReport report = Runs.to(server.url()).times(SHORT, SHORT, SHORT).run();
      assertThat(report.delivered()).isEqualTo(report.expected());
      assertThat(report.lost()).isEqualTo(80);
      assertThat(report.surplus()).isEqualTo(80);
      assertThat(report.isFlawless()).isFalse();
    }
  }

  @Test
  void aClosedConnectionIsCountedWithItsReason() throws Exception {
    AtomicInteger said = new AtomicInteger();
    ScriptedServer[] self = new ScriptedServer[1];
    try (ScriptedServer server =
        ScriptedServer.start((_, text) -> {
          self[0].toAll(text);
          if (said.incrementAndGet() == 40) {
            for (Peer peer : self[0].peers()) {
              switch (peer.path()) {
                case "/c11", "/c12" -> peer.close(4001, "slow\u001b[31m");
                case "/c13" -> peer.cut();
                default -> {
                  // It stays.
                }
              }
            }
          }
        })) {
      self[0] = server;
      LoadReport report = Runs.to(server.url()).times(SHORT, SHORT, SHORT).run();
      assertThat(report.closed()).isEqualTo(3);
      assertThat(report.endings().counts())
          .isEqualTo(
              Map.of(
                  "closed by the server with 4001 slow\\u001b[31m", 2L,
                  "ended without a close frame", 1L));
      assertThat(report.lost()).isPositive();
      assertThat(report.lost()).isEqualTo(report.expected() - report.delivered());
    }
  }

  @Test
  void aProtocolViolationClosesThatConnection() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.start((from, text) ->
            from.write(
                from.path().equals("/c0")
                    ? new byte[] {1, 1, 1, 1, 1}
                    : Peer.frame(0x81, text.getBytes(StandardCharsets.UTF_8))))) {
      LoadReport report =
          Runs.to(server.url()).saying("@", 0, Expect.SENDER).times(SHORT, SHORT, SHORT).run();
      assertThat(report.closed()).isEqualTo(1);
      assertThat(report.endings().toString())
          .isEqualTo("started a message within a fragmented one (once)");
      assertThat(report.sent()).as("of the four others").isEqualTo(64);
      assertThat(report.lost()).isZero();
    }
  }

  @Test
  void refusedConnectionsAreCountedByReason() throws Exception {
    ScriptedServer[] self = new ScriptedServer[1];
    ScriptedServer.Script script =
        new ScriptedServer.Script() {
          @Override
          public void asked(Peer by, String request) throws IOException {
            switch (by.path()) {
              case "/c15", "/c16", "/c17" ->
                  refuse(by, "HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nno\nreally");
              case "/c18" -> refuse(by, "");
              case "/c19" -> refuse(by, "HTTP/1.1 101 \r\nSec-WebSocket-Accept: x\r\n\r\n");
              default -> ScriptedServer.Script.super.asked(by, request);
            }
          }

          private void refuse(Peer by, String answer) throws IOException {
            by.write(answer.getBytes(StandardCharsets.ISO_8859_1));
            by.cut();
          }

          @Override
          public void said(Peer from, String text) throws IOException {
            self[0].toAll(text);
          }
        };
    try (ScriptedServer server = ScriptedServer.start(script)) {
      self[0] = server;
      LoadReport report = Runs.to(server.url()).run();
      assertThat(report.opened()).isEqualTo(15);
      assertThat(report.refused()).isEqualTo(5);
      assertThat(report.refusals().counts())
          .isEqualTo(
              Map.of(
                  "HTTP/1.1 403 Forbidden: no", 3L,
                  "closed without a response", 1L,
                  "wrong Sec-WebSocket-Accept x", 1L));
      assertThat(report.lost()).as("among those that were let in").isZero();
      assertThat(report.isFlawless()).isFalse();
    }
  }

  @Test
  void aServerThatRefusesAllIsReportedWithItsReason() {
    ScriptedServer.Script script =
        new ScriptedServer.Script() {
          @Override
          public void asked(Peer by, String request) throws IOException {
            by.write(
                "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nno room"
                    .getBytes(StandardCharsets.ISO_8859_1));
            by.cut();
          }

          @Override
          public void said(Peer from, String text) {}
        };
    try (ScriptedServer server = ScriptedServer.start(script)) {
      assertThatThrownBy(() -> Runs.to(server.url()).run())
          .isInstanceOf(CannotRunException.class)
          .hasMessageContainingAll(
              "all connections to 127.0.0.1:", "404 Not Found: no room (20 times)");
    }
  }

  @Test
  void aConnectionThatIsNotReadyInTimeIsRefused() throws Exception {
    ScriptedServer.Script script =
        new ScriptedServer.Script() {
          @Override
          public void opened(Peer peer) throws IOException {
            if (!peer.path().equals("/c3")) {
              peer.send("ready");
            }
          }

          @Override
          public void said(Peer from, String text) throws IOException {
            from.send(text);
          }
        };
    try (ScriptedServer server = ScriptedServer.start(script)) {
      LoadReport report =
          Runs.to(server.url())
              .connecting(0, Duration.ofSeconds(2))
              .greeting(java.util.List.of(), "ready", java.util.List.of())
              .saying("@", 0, Expect.SENDER)
              .run();
      assertThat(report.refusals().counts()).containsKey("not ready within 2.0 s");
      assertThat(report.opened() + report.refused()).isEqualTo(20);
    }
  }

  @Test
  void aPortWithoutAServerIsReportedWithTheRemedy() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertThatThrownBy(() -> Runs.to("ws://127.0.0.1:" + port + "/").run())
        .isInstanceOf(CannotRunException.class)
        .hasMessage(
            "nothing listens at 127.0.0.1:%s: start the server (./tertulia serve), or give --url"
                .formatted(port));
  }

  @Test
  void anUnknownHostIsReported() {
    assertThatThrownBy(() -> Runs.to("ws://no-such-host.invalid:80/").run())
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining("unknown host 'no-such-host.invalid'");
  }

  @Test
  void slowReadersAreNotAwaitedAndTheirEndIsNotAFailure() throws Exception {
    ScriptedServer[] self = new ScriptedServer[1];
    AtomicInteger said = new AtomicInteger();
    try (ScriptedServer server =
        ScriptedServer.start((_, text) -> {
          for (Peer peer : self[0].peers()) {
            if (!peer.path().equals("/c19")) {
              peer.send(text);
            } else if (said.getAndIncrement() == 40) {
              peer.close(4001, "slow_consumer");
            }
          }
        })) {
      self[0] = server;
      LoadReport report = Runs.to(server.url()).crowd(20, 2, 1).run();
      assertThat(report.slowClosed()).isEqualTo(1);
      assertThat(report.closed()).isZero();
      assertThat(report.expected()).isEqualTo(report.sent() * 18);
      assertThat(report.lost()).isZero();
      assertThat(report.isFlawless()).isTrue();
    }
  }
}
