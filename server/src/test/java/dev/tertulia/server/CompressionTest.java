package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.Rfc7692;
import dev.tertulia.server.testing.TestServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compressed messages are sent only to clients that negotiated compression, and all of these share
/// the same bytes.
final class CompressionTest {
  private static final String LONG = "hola a todos ".repeat(100);

  private TestServer server = TestServer.start();
  private final List<RawSocket> sockets = new ArrayList<>();

  @AfterEach
  void end() {
    try (TestServer ending = server) {
      sockets.forEach(RawSocket::close);
      ending.awaitConnections(0);
    }
  }

  private RawSocket connect(String id, String fields) {
    RawSocket socket = RawSocket.open(server);
    sockets.add(socket);
    socket.send(RawSocket.handshake(id, server.port(), fields));
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
    return socket;
  }

  private static String chat(String message) {
    return "{\"type\":\"chat\",\"sender\":\"S\",\"message\":\"" + message + "\"}";
  }

  private static String textOf(RawSocket.Frame frame) {
    byte[] payload = frame.isCompressed() ? Rfc7692.decompress(frame.payload()) : frame.payload();
    return new String(payload, StandardCharsets.UTF_8);
  }

  @Test
  void longMessagesAreCompressedForClientsThatOfferItAndDecodeToTheSameText() {
    RawSocket plain = connect("plain", "");
    RawSocket one = connect("one", Rfc7692.offer("permessage-deflate; client_max_window_bits"));
    RawSocket two = connect("two", Rfc7692.offer("permessage-deflate"));
    RawSocket narrow =
        connect("narrow", Rfc7692.offer("permessage-deflate; server_max_window_bits=9"));
    server.awaitConnections(4);
    for (int i = 0; i < 3; i++) {
      one.sendFrame(
          Rfc7692.TEXT, Rfc7692.compress(chat(LONG + i).getBytes(StandardCharsets.UTF_8)));
      RawSocket.Frame heard = one.read();
      assertThat(heard.isCompressed()).isTrue();
      assertThat(heard.payload().length).isLessThan(300);
      assertThat(textOf(heard)).contains("\"message\":\"" + LONG + i + '"');
      assertThat(two.read().payload()).isEqualTo(heard.payload());
      for (RawSocket other : List.of(plain, narrow)) {
        RawSocket.Frame asIs = other.read();
        assertThat(asIs.isCompressed()).isFalse();
        assertThat(asIs.text()).isEqualTo(textOf(heard));
      }
    }
  }

  @Test
  void shortMessagesShareTheSameBytes() {
    RawSocket plain = connect("plain", "");
    RawSocket compressing = connect("one", Rfc7692.offer("permessage-deflate"));
    server.awaitConnections(2);
    plain.sendText(chat("corto"));
    RawSocket.Frame heard = compressing.read();
    assertThat(heard.isCompressed()).isFalse();
    assertThat(heard.payload()).isEqualTo(plain.read().payload());
  }

  @Test
  void longAndShortMessagesKeepTheirOrder() {
    RawSocket compressing = connect("one", Rfc7692.offer("permessage-deflate"));
    for (int i = 0; i < 100; i++) {
      compressing.sendText(chat((i % 3 == 0 ? LONG : "") + "n" + i + "."));
    }
    for (int i = 0; i < 100; i++) {
      RawSocket.Frame heard = compressing.read();
      assertThat(heard.isCompressed()).isEqualTo(i % 3 == 0);
      assertThat(textOf(heard)).contains("n" + i + ".");
    }
  }

  @Test
  void theOfferIsDeclinedIfCompressionIsDisabled() {
    server.close();
    server = TestServer.start(Map.of(Setting.COMPRESSION, "false"));
    RawSocket socket = RawSocket.open(server);
    sockets.add(socket);
    socket.send(RawSocket.handshake("one", server.port(), Rfc7692.offer("permessage-deflate")));
    assertThat(socket.head())
        .startsWith("HTTP/1.1 101 ")
        .doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
    socket.sendText(chat(LONG));
    assertThat(socket.read().isCompressed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"permessage-deflate;", "permessage-deflate a", "=", "a=\"", "(comment)"})
  void anInvalidListOfExtensionsIsRefused(String value) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(RawSocket.handshake("one", server.port(), Rfc7692.offer(value)));
      assertThat(socket.untilEnd())
          .startsWith("HTTP/1.1 400 ")
          .contains("Sec-WebSocket-Extensions");
    }
  }

  @Test
  void offersInSeveralHeaderFieldsAreOneList() {
    RawSocket socket = RawSocket.open(server);
    sockets.add(socket);
    socket.send(
        RawSocket.handshake(
            "one",
            server.port(),
            Rfc7692.offer("permessage-deflate; server_max_window_bits=7")
                + Rfc7692.offer("permessage-deflate; server_max_window_bits=\"12\"")));
    assertThat(socket.head()).contains("; server_max_window_bits=12\r\n");
  }
}
