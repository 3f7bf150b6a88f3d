package dev.tertulia.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.BufferLeakCheck;
import dev.tertulia.server.testing.RawSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which protocol a handshake agrees on, over a real socket.
@ExtendWith(BufferLeakCheck.class)
final class ProtocolAgreementTest {
  private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

  private final EchoServer server = new EchoServer(true);

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-WebSocket-Protocol: tertulia.1\r\n",
        "Sec-WebSocket-Protocol: chat, tertulia.1 ,\tother\r\n",
        "Sec-WebSocket-Protocol: ,,tertulia.1,\r\n",
        "Sec-WebSocket-Protocol: chat\r\nsec-websocket-protocol: tertulia.1\r\n"
      })
  void theSubprotocolIsSelectedAmongOthers(String fields) {
    try (RawSocket socket = RawSocket.open(server.port())) {
      assertThat(upgrade(socket, "ana", fields)).contains("tertulia.1").doesNotContain("chat");
      assertThat(answer(socket)).isEqualTo("full 1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"?v=1", "?a=b&v=1", "?v=1&vv=2", "?x=%zz&v=1&"})
  void theVersionInTheAddressIsUsedWithoutASubprotocol(String query) {
    try (RawSocket socket = RawSocket.open(server.port())) {
      assertThat(upgrade(socket, "ana" + query, "Sec-WebSocket-Protocol: chat\r\n"))
          .doesNotContain("sec-websocket-protocol");
      assertThat(answer(socket)).isEqualTo("full 1");
    }
  }

  @Test
  void aSubprotocolAndAVersionMayBeCombined() {
    try (RawSocket socket = RawSocket.open(server.port())) {
      assertThat(upgrade(socket, "ana?v=1", "Sec-WebSocket-Protocol: tertulia.1\r\n"))
          .contains("sec-websocket-protocol: tertulia.1\r\n");
      assertThat(answer(socket)).isEqualTo("full 1");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ana |", "ana |chat", "ana |Tertulia.1", "ana |tertulia.10, tertulia.2",
        "ana?vv=1 |", "ana?V=2 |", "ana?x=v=1 |", "ana?%zz |"
      })
  void otherHandshakesSelectTheBaseProtocol(String target, String offered) {
    try (RawSocket socket = RawSocket.open(server.port())) {
      String fields = offered == null ? "" : "Sec-WebSocket-Protocol: " + offered + "\r\n";
      assertThat(upgrade(socket, target, fields)).doesNotContain("sec-websocket-protocol");
      socket.sendText("echo");
      assertThat(socket.read().text()).isEqualTo("echo");
    }
  }

  @Test
  void eachConnectionHasItsOwnSessionAndCompression() {
    try (RawSocket one = RawSocket.open(server.port());
        RawSocket two = RawSocket.open(server.port());
        RawSocket three = RawSocket.open(server.port())) {
      String field = "Sec-WebSocket-Protocol: tertulia.1\r\n";
      upgrade(one, "ana", field);
      assertThat(answer(one)).isEqualTo("full 1");
      assertThat(upgrade(two, "ana", field + DEFLATE)).contains("permessage-deflate");
      assertThat(answer(two)).isEqualTo("compressed 2");
      assertThat(upgrade(three, "ana?v=1", DEFLATE)).contains("permessage-deflate");
      assertThat(answer(three)).isEqualTo("compressed 3");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ",", "a b", "a;b", "\"tertulia.1\"", "tertulia.1, tertulia.1", "t\u00e9"})
  void anInvalidListOfSubprotocolsIsRefused(String offered) {
    assertThat(refusal("ana", "Sec-WebSocket-Protocol: " + offered + "\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("Sec-WebSocket-Protocol");
  }

  @ParameterizedTest
  @ValueSource(strings = {"v=2", "v", "v=", "v=01", "v=1&v=1", "v=1&v=2", "v=%31"})
  void unknownVersionsAreRefused(String query) {
    assertThat(refusal("ana?" + query, "")).startsWith("HTTP/1.1 400 ").contains("v=1");
  }

  @Test
  void onlySupportedProtocolsAreConfirmed() {
    try (EchoServer baseAlone = new EchoServer(false);
        RawSocket socket = RawSocket.open(baseAlone.port())) {
      socket.send(
          RawSocket.handshake(
              "ana?v=1", baseAlone.port(), "Sec-WebSocket-Protocol: tertulia.1\r\n"));
      assertThat(socket.head())
          .startsWith("HTTP/1.1 101 ")
          .doesNotContainIgnoringCase("sec-websocket-protocol");
      socket.sendText("echo");
      assertThat(socket.read().text()).isEqualTo("echo");
    }
  }

  private static String answer(RawSocket socket) {
    socket.sendText("who?");
    return socket.read().text();
  }

  private String upgrade(RawSocket socket, String target, String fields) {
    socket.send(RawSocket.handshake(target, server.port(), fields));
    String head = socket.head();
    assertThat(head).startsWith("HTTP/1.1 101 ");
    return head;
  }

  private String refusal(String target, String fields) {
    try (RawSocket socket = RawSocket.open(server.port())) {
      socket.send(RawSocket.handshake(target, server.port(), fields));
      return socket.untilEnd();
    }
  }
}
