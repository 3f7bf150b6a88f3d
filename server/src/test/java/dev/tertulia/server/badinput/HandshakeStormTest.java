package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.WithBystander;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Sockets that never finish their handshake.
final class HandshakeStormTest extends WithBystander {
  HandshakeStormTest() {
    super(Map.of(Setting.LIMITS_HANDSHAKE_TIMEOUT, "1s"));
  }

  @Test
  void aThousandUnfinishedHandshakesAreClosed() {
    String handshake = RawSocket.handshake("never", server.port());
    List<RawSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      RawSocket socket = open();
      socket.send(handshake.substring(0, i % (handshake.length() - 1)));
      sockets.add(socket);
      if (i % 100 == 0) {
        bystander.noticesNothing();
      }
    }
    bystander.noticesNothing();
    for (RawSocket socket : sockets) {
      assertThat(socket.untilEnd()).matches("(?s)HTTP/1\\.1 408 .*|");
    }
  }

  /// What nobody asked for would be taken for the answer to what is asked next.
  @Test
  void aSilentSocketIsClosedWithoutAResponse() {
    assertThat(open().untilEnd()).isEmpty();
  }

  @Test
  void anEndlessRequestSentByteByByte() {
    RawSocket socket = open();
    socket.send("GET /ws/slow HTTP/1.1\r\nHost: localhost\r\nX: ");
    assertThat(dripUntilAnswered(socket)).startsWith("HTTP/1.1 408 ");
  }

  @Test
  void anEndlessBodySentByteByByte() {
    RawSocket socket = open();
    socket.send("POST /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n");
    assertThat(dripUntilAnswered(socket)).startsWith("HTTP/1.1 408 ");
  }

  @Test
  void anUnusedKeepAliveConnection() {
    RawSocket socket = open();
    socket.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(socket.untilEnd())
        .startsWith("HTTP/1.1 200 ")
        .doesNotContain("HTTP/1.1 408 ")
        .endsWith("{\"status\":\"up\"}");
  }

  @Test
  void anIncompleteRequestOnAKeepAliveConnection() {
    RawSocket socket = open();
    String request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.send(request);
    assertThat(socket.head()).startsWith("HTTP/1.1 200 ");
    socket.send(request.substring(0, 20));
    assertThat(socket.untilEnd()).contains("HTTP/1.1 408 ");
  }

  @Test
  void aSocketThatSendsRequestsAndNeverReads() {
    RawSocket socket = closedInTheEnd(RawSocket.openWithSmallBuffer(server));
    String request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    // Each answer is longer than its request, so the way back is full long before the way there.
    socket.sendUntilRefused(request.getBytes(StandardCharsets.US_ASCII));
    assertThat(socket.untilEnd()).doesNotContain("HTTP/1.1 4");
  }

  private static String dripUntilAnswered(RawSocket socket) {
    await()
        .atMost(TestServer.PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> {
          socket.send("x");
          return socket.hasInput();
        });
    return socket.untilEnd();
  }
}
