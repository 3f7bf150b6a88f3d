package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.Rfc7692;
import dev.tertulia.server.testing.WithBystander;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compressed messages that RFC 7692 forbids, or that are larger than they look, and the bounds to
/// which they are taken.
final class BadCompressionTest extends WithBystander {
  private static final String NOT_A_BEGINNING =
      "compression bit set on a frame that does not begin a message";

  private static final int MAX = 256 << 10;
  private static final int FIN = 0x80;

  private final RawSocket socket = compressing("mallory");

  BadCompressionTest() {
    super(Map.of(Setting.LIMITS_MESSAGES_PER_SECOND, "2000", Setting.LIMITS_BURST, "200"));
  }

  private RawSocket compressing(String id) {
    RawSocket opened = open();
    opened.send(RawSocket.handshake(id, server.port(), Rfc7692.offer("permessage-deflate")));
    assertThat(opened.head()).contains("permessage-deflate");
    return opened;
  }

  @Test
  void aCompressedMessageIsAMessage() {
    socket.sendFrame(Rfc7692.TEXT, Rfc7692.compress(chat("comprimido")));
    assertThat(bystander.hears()).contains("\"message\":\"comprimido\"");
  }

  @Test
  void anUncompressedMessageIsAcceptedToo() {
    socket.sendFrame(0x81, chat("sin comprimir"));
    assertThat(bystander.hears()).contains("\"message\":\"sin comprimir\"");
  }

  @Test
  void fragmentsOfOneByteWithPingsBetweenAreAMessage() {
    byte[] payload = Rfc7692.compress(chat("a trozos ".repeat(20)));
    for (int i = 0; i < payload.length; i++) {
      int fin = i == payload.length - 1 ? FIN : 0;
      int first = i == 0 ? Rfc7692.TEXT_BEGINS : 0;
      socket.sendFrame(fin | first, new byte[] {payload[i]});
      if (i % 10 == 0 && fin == 0) {
        socket.sendFrame(0x89, bytes("now"));
        assertThat(socket.read(0xA).text()).isEqualTo("now");
      }
    }
    assertThat(bystander.hears()).contains("a trozos a trozos");
  }

  @Test
  void aMessageOfFinalBlocksIsAccepted() {
    byte[] chat = chat("final");
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(Rfc7692.compressAsFinal(Arrays.copyOf(chat, 10)));
    both.writeBytes(Rfc7692.compressAsFinal(Arrays.copyOfRange(chat, 10, chat.length)));
    both.write(0);
    socket.sendFrame(Rfc7692.TEXT, both.toByteArray());
    assertThat(bystander.hears()).contains("\"message\":\"final\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "0300"})
  void anEmptyMessageIsEmptyText(String payload) {
    socket.sendFrame(Rfc7692.TEXT, HexFormat.of().parseHex(payload));
    assertThat(socket.read().text()).contains("\"code\":\"invalid\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff", "07", "000500fbff", "f248cdc9c9", "f348cdc9c90700ff", "f200110000"})
  void invalidOrIncompleteDeflateData(String payload) {
    socket.sendFrame(Rfc7692.TEXT, HexFormat.of().parseHex(payload));
    assertClosed(socket, CloseReason.BAD_COMPRESSION);
  }

  @Test
  void fragmentsThatAreNotDeflate() {
    socket.sendFrame(Rfc7692.TEXT_BEGINS, new byte[] {-1});
    socket.sendFrame(FIN, new byte[] {-1});
    assertClosed(socket, CloseReason.BAD_COMPRESSION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff", "c080", "eda080", "61e282"})
  void badUtf8InACompressedMessage(String text) {
    socket.sendFrame(Rfc7692.TEXT, Rfc7692.compress(HexFormat.of().parseHex(text)));
    assertClosed(socket, CloseReason.BAD_UTF8);
  }

  /// Whatever the compressed bytes are, it is not for them to be UTF-8.
  @Test
  void badUtf8InCompressedFragments() {
    byte[] payload = Rfc7692.compress(HexFormat.of().parseHex("61c3"));
    socket.sendFrame(Rfc7692.TEXT_BEGINS, Arrays.copyOf(payload, 1));
    socket.sendFrame(FIN, Arrays.copyOfRange(payload, 1, payload.length));
    assertClosed(socket, CloseReason.BAD_UTF8);
  }

  @Test
  void aBinaryMessage() {
    socket.sendFrame(Rfc7692.BINARY, Rfc7692.compress(bytes("x")));
    assertClosed(socket, CloseReason.BINARY_FRAME);
  }

  /// Reserved bits 2 and 3, on any frame.
  @ParameterizedTest
  @ValueSource(ints = {0xA1, 0x91, 0xE1, 0xD1, 0xF1, 0xA9, 0x98})
  void reservedBits(int first) {
    socket.sendFrame(first, new byte[0]);
    assertProtocolError(socket, "reserved bit set");
  }

  /// Reserved bit 1 on control frames, continuations and unknown frames.
  @ParameterizedTest
  @ValueSource(ints = {0xC8, 0xC9, 0xCA, 0xC0, 0xC3})
  void theCompressionBitOnAnotherFrame(int first) {
    socket.sendFrame(first, new byte[0]);
    assertProtocolError(socket, NOT_A_BEGINNING);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x40, 0xC0})
  void aContinuationWithTheCompressionBit(int first) {
    byte[] payload = Rfc7692.compress(chat("x"));
    socket.sendFrame(Rfc7692.TEXT_BEGINS, Arrays.copyOf(payload, 3));
    socket.sendFrame(first, Arrays.copyOfRange(payload, 3, payload.length));
    assertProtocolError(socket, NOT_A_BEGINNING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "permessage-bzip2", "permessage-deflate; server_max_window_bits=99"})
  void aCompressedMessageWithoutNegotiation(String offer) {
    RawSocket other = open();
    String field = offer.isEmpty() ? "" : Rfc7692.offer(offer);
    other.send(RawSocket.handshake("other", server.port(), field));
    assertThat(other.head())
        .startsWith("HTTP/1.1 101 ")
        .doesNotContainIgnoringCase("Sec-WebSocket-Extensions");
    other.sendFrame(Rfc7692.TEXT, Rfc7692.compress(chat("x")));
    assertProtocolError(other, "compressed message, but compression was not negotiated");
  }

  @Test
  void theLargestMessageIsAcceptedAndOneByteMoreIsNot() {
    socket.sendFrame(Rfc7692.TEXT, Rfc7692.compress(spaces(MAX)));
    assertThat(socket.read().text()).contains("\"code\":\"invalid\"");
    socket.sendFrame(Rfc7692.TEXT, Rfc7692.compress(spaces(MAX + 1)));
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void theLargestMessageIsAcceptedInFragmentsAndOneByteMoreIsNot() {
    sendInFragments(Rfc7692.compress(spaces(MAX)));
    assertThat(socket.read().text()).contains("\"code\":\"invalid\"");
    sendInFragments(Rfc7692.compress(spaces(MAX + 1)));
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  /// 100 MiB in 100 KiB.
  @Test
  void aDecompressionBomb() {
    socket.sendFrame(Rfc7692.TEXT, Rfc7692.compress(new byte[100 << 20]));
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void aDecompressionBombInFragments() {
    sendInFragments(Rfc7692.compress(new byte[100 << 20]));
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void aNestedBombIsDecompressedOnce() {
    byte[] inner = Rfc7692.compress(new byte[20 << 20]);
    socket.sendFrame(Rfc7692.TEXT, Rfc7692.compress(inner));
    assertThat(socket.read(8).closeCode()).isEqualTo(CloseReason.BAD_UTF8.code());
    assertThat(socket.untilEnd()).isEmpty();
  }

  @Test
  void aMessageLargeEvenCompressedIsRefusedByItsHeader() {
    socket.send(HexFormat.of().parseHex("c1ff0000000000200000"));
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void endlessLargeFragments() {
    byte[] noise = new byte[64 << 10];
    new Random(1).nextBytes(noise);
    socket.sendFrame(Rfc7692.TEXT_BEGINS, noise);
    for (int i = 0; i < 17; i++) {
      socket.sendFrame(0, noise);
    }
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void endlessEmptyFragments() {
    ByteArrayOutputStream flood = new ByteArrayOutputStream();
    flood.writeBytes(RawSocket.frame(Rfc7692.TEXT_BEGINS, new byte[0]));
    byte[] empty = RawSocket.frame(0, new byte[0]);
    for (int i = 0; i < 70_000; i++) {
      flood.writeBytes(empty);
    }
    socket.send(flood.toByteArray());
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void endlessFinalBlocks() {
    byte[] blocks = new byte[100_000];
    for (int i = 0; i < blocks.length; i += 2) {
      blocks[i] = 3;
    }
    socket.sendFrame(Rfc7692.TEXT, blocks);
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  private void sendInFragments(byte[] payload) {
    for (int from = 0; from < payload.length; from += 1000) {
      int to = Math.min(payload.length, from + 1000);
      int first = (from == 0 ? Rfc7692.TEXT_BEGINS : 0) | (to == payload.length ? FIN : 0);
      socket.sendFrame(first, Arrays.copyOfRange(payload, from, to));
    }
  }

  private static byte[] spaces(int length) {
    byte[] spaces = new byte[length];
    Arrays.fill(spaces, (byte) ' ');
    return spaces;
  }

  private static byte[] chat(String message) {
    return bytes("{\"type\":\"chat\",\"sender\":\"S\",\"message\":\"" + message + "\"}");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
