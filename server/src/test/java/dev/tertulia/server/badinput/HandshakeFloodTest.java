package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Bystander;
import dev.tertulia.server.testing.NetworkAddress;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A flood of handshakes from one address of the network. Loopback has no limit, so this is an
/// address of the machine's network; without one, nothing is tested.
final class HandshakeFloodTest {
  /// The burst is ten times as much.
  private static final int HANDSHAKES = 1;

  private static final int SOCKETS = 20;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private InetAddress address;

  @SuppressWarnings("NullAway.Init") // The same.
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // The same.
  private Bystander bystander;

  private final List<RawSocket> sockets = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    address = NetworkAddress.own();
    server =
        TestServer.start(
            Map.of(
                Setting.HOST,
                "0.0.0.0",
                Setting.AUTH_OPEN_ON_NETWORK,
                "true",
                Setting.LIMITS_HANDSHAKES_PER_SECOND_PER_ADDRESS,
                String.valueOf(HANDSHAKES),
                Setting.LIMITS_REQUESTS_PER_SECOND_PER_ADDRESS,
                String.valueOf(SOCKETS)));
    bystander = Bystander.connect(server);
  }

  @AfterEach
  void stop() {
    sockets.forEach(RawSocket::close);
    if (bystander != null) {
      bystander.noticesNothing();
      bystander.close();
      server.close();
    }
  }

  private RawSocket fromTheNetwork() {
    RawSocket socket = RawSocket.open(address, server.port());
    sockets.add(socket);
    return socket;
  }

  private String answer(String request) {
    RawSocket socket = fromTheNetwork();
    socket.send(request);
    return socket.head();
  }

  private String handshake(String id) {
    return RawSocket.handshake(id, server.port());
  }

  @Test
  void handshakesBeyondTheRateAreRefusedAlsoIfTheOthersFailed() {
    String failing = handshake("ana").replace("Version: 13", "Version: 12");
    for (int i = 0; i < 5; i++) {
      assertThat(answer(handshake("c" + i))).startsWith("HTTP/1.1 101 ");
      assertThat(answer(failing)).startsWith("HTTP/1.1 4").doesNotStartWith("HTTP/1.1 429");
    }
    int admitted = 0;
    String answer = "HTTP/1.1 101 ";
    for (int i = 0; answer.startsWith("HTTP/1.1 101 ") && i < 10; i++) {
      answer = answer(handshake("late" + i));
      admitted++;
    }
    assertThat(admitted).as("few come back during a test").isLessThan(10);
    assertThat(answer).startsWith("HTTP/1.1 429 ").containsIgnoringCase("Retry-After: 1\r\n");
    RawSocket refused = fromTheNetwork();
    refused.send(handshake("refused"));
    assertThat(refused.untilEnd()).contains("\"code\":\"rate_limited\"");
    assertThat(server.server().limitsRefused().get("handshakes_per_second_per_address"))
        .isPositive();
    assertThat(answer("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
    bystander.noticesNothing();
  }

  /// What comes, if the socket is not closed unread.
  private String headOrNothing(RawSocket socket) {
    try {
      socket.send(handshake("flood"));
      return socket.head();
    } catch (UncheckedIOException reset) {
      return "";
    }
  }

  @Test
  void aFloodOfSocketsIsClosedUnreadAndTheOthersConnect() {
    int closed = 0;
    for (int i = 0; i < 600; i++) {
      try (RawSocket socket = RawSocket.open(address, server.port())) {
        closed += headOrNothing(socket).isEmpty() ? 1 : 0;
      }
    }
    assertThat(closed).isPositive();
    assertThat(server.server().limitsRefused().get("requests_per_second_per_address"))
        .isGreaterThanOrEqualTo(closed);
    try (RawSocket other = RawSocket.webSocket(server, "other")) {
      other.sendText("{\"type\":\"notification\",\"message\":\"mine\"}");
      assertThat(other.read().text()).contains("mine");
    }
  }
}
