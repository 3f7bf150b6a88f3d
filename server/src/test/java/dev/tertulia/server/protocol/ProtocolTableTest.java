package dev.tertulia.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.BufferLeakCheck;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A server that speaks one protocol more, which only this package has: over real sockets, beside
/// the protocols that it always speaks.
@ExtendWith(BufferLeakCheck.class)
final class ProtocolTableTest {
  private static final String TOY = "Sec-WebSocket-Protocol: " + ToyProtocol.SUBPROTOCOL + "\r\n";

  private final TestServer server = TestServer.start(Map.of(), List.of(ToyProtocol.entry()));

  @AfterEach
  void stop() {
    server.close();
  }

  private RawSocket toy(String target, String fields) {
    RawSocket socket = RawSocket.open(server);
    socket.send(
        """
        GET /toy/%s HTTP/1.1
        Host: localhost
        Connection: Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        """
                .replace("\n", "\r\n")
                .formatted(target)
            + fields
            + "\r\n");
    return socket;
  }

  @Test
  void itsSessionWritesFromTheMomentItOpens() {
    try (RawSocket socket = toy("lobby?name=ana", TOY)) {
      assertThat(socket.head())
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("sec-websocket-protocol: toy.1\r\n")
          .containsIgnoringCase("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
      assertThat(socket.read().text()).isEqualTo("Hello, ana!");
    }
  }

  @Test
  void itSharesRoomsWithClientsOfOtherProtocols() {
    try (RawSocket toy = toy("lobby?name=ana", TOY);
        TestClient bob = TestClient.connect(server, "bob")) {
      toy.head();
      assertThat(toy.read().text()).isEqualTo("Hello, ana!");
      server.awaitConnections(2);
      bob.chat("Bob", "hola");
      assertThat(toy.read().text()).isEqualTo("Bob: hola");
      assertThat(bob.next()).contains("\"message\":\"hola\"");
      toy.sendText("qué tal");
      assertThat(toy.read().text()).isEqualTo("ana: qué tal");
      assertThat(bob.next()).contains("\"client\":\"ana\"").contains("\"message\":\"qué tal\"");
    }
  }

  @Test
  void itsFormatIsCompressedIfNegotiated() {
    String fields = TOY + "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    try (RawSocket toy = toy("lobby?name=ana", fields)) {
      assertThat(toy.head()).contains("permessage-deflate");
      toy.read();
      toy.sendText("a".repeat(2_000));
      assertThat(toy.read().isCompressed()).isTrue();
    }
  }

  @Test
  void itStreamsEvents() {
    try (RawSocket stream = RawSocket.open(server);
        RawSocket toy = toy("den?name=bob", TOY)) {
      stream.send("GET /toy/den?name=ana HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(stream.head())
          .startsWith("HTTP/1.1 200 ")
          .containsIgnoringCase("content-type: text/event-stream");
      // When it is to come back if it breaks off, which differs from stream to stream.
      assertThat(stream.text("retry: 3000\n\n".length())).matches("retry: \\d{4}\n\n");
      String greeting = "data: Hello, ana!\n\n";
      assertThat(stream.text(greeting.length())).isEqualTo(greeting);
      toy.head();
      toy.sendText("hola");
      String event = "data: bob: hola\n\n";
      assertThat(stream.text(event.length())).isEqualTo(event);
    }
  }

  @Test
  void outputBeforeAnImmediateCloseIsSentAsFarAsTheSocketAcceptsIt() {
    try (RawSocket socket = toy("lobby?name=ana&flood", TOY)) {
      assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
      assertThat(socket.read().text()).isEqualTo("Hello, ana!");
      assertThat(socket.read().payload()).hasSize(ToyProtocol.FLOOD_BYTES);
      assertThat(socket.read().closeCode()).isEqualTo(1000);
    }
  }

  @Test
  void itRefusesInItsOwnFormat() {
    try (RawSocket socket = toy("lobby", TOY)) {
      assertThat(socket.untilEnd()).startsWith("HTTP/1.1 401 ").contains("Who are you?");
    }
    try (RawSocket socket = RawSocket.open(server)) {
      String request = "GET /toy/lobby HTTP/1.1\r\nHost: localhost\r\n\r\n";
      // It asks for no upgrade, so the connection goes on.
      socket.send(request);
      assertThat(socket.head()).startsWith("HTTP/1.1 401 ");
      socket.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(socket.untilEnd()).contains("HTTP/1.1 200 ");
    }
  }

  @Test
  void theServerChecksTheStandardHandshake() {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "GET /toy/lobby?name=ana HTTP/1.1\r\nHost: localhost\r\n"
              + TOY
              + "Connection: close\r\n\r\n");
      assertThat(socket.untilEnd()).startsWith("HTTP/1.1 426 ");
    }
  }

  @Test
  void otherProtocolsAreUnaffected() {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send("GET /toys HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(socket.untilEnd()).startsWith("HTTP/1.1 404 ");
    }
    try (TestClient bob = TestClient.connect(server, "bob")) {
      bob.chat("Bob", "hola");
      assertThat(bob.next()).contains("hola");
    }
  }
}
