package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.WithBystander;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames that RFC 6455 forbids, or that are too many or too large: the connection ends with the
/// code that says why.
final class BadFramesTest extends WithBystander {
  private static final int TEXT = 0x1;
  private static final int PING = 0x9;
  private static final int FIN = 0x80;
  private static final byte[] NOTHING = {};

  private final RawSocket socket = webSocket("mallory");

  BadFramesTest() {
    super(Map.of(Setting.LIMITS_MESSAGES_PER_SECOND, "2000", Setting.LIMITS_BURST, "100"));
  }

  @Test
  void aMessageOfTwoMegabytes() {
    socket.sendFrame(FIN | TEXT, new byte[2 << 20]);
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"81ff0000000000100001", "81ff7fffffffffffffff", "81ff0000000100000000"})
  void anAnnouncedLengthAboveTheLimit(String head) {
    socket.send(hex(head));
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void theLongestMessageIsAccepted() {
    byte[] text = new byte[256 << 10];
    Arrays.fill(text, (byte) ' ');
    socket.sendFrame(FIN | TEXT, text);
    assertThat(socket.read().text()).contains("\"code\":\"invalid\"");
  }

  @Test
  void aMessageOneByteAboveTheLimit() {
    socket.sendFrame(FIN | TEXT, new byte[(256 << 10) + 1]);
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void fragmentsOneByteAboveTheLimit() {
    byte[] text = new byte[256 << 10];
    Arrays.fill(text, (byte) ' ');
    socket.sendFrame(TEXT, text);
    socket.sendFrame(FIN, NOTHING);
    assertThat(socket.read().text()).contains("\"code\":\"invalid\"");
    socket.sendFrame(TEXT, text);
    socket.sendFrame(FIN, bytes(" "));
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void aBinaryFrame() {
    socket.sendFrame(FIN | 0x2, bytes("{\"type\":\"chat\"}"));
    assertClosed(socket, CloseReason.BINARY_FRAME);
  }

  @Test
  void endlessFragmentsOfOneByte() {
    socket.sendFrame(TEXT, new byte[64 << 10]);
    for (int i = 0; i < 16; i++) {
      socket.sendFrame(0, new byte[64 << 10]);
    }
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void endlessEmptyFragments() {
    socket.send(fragments(NOTHING, 70_000, /* last= */ false));
    assertClosed(socket, CloseReason.TOO_LARGE);
  }

  @Test
  void tenThousandFragmentsOfOneByteAreOneMessage() {
    String word = "á".repeat(4_970);
    byte[] text = bytes("{\"type\":\"chat\",\"sender\":\"S\",\"message\":\"" + word + "\"}");
    assertThat(text).hasSizeBetween(9_950, 10_050);
    socket.send(fragments(text, text.length, /* last= */ true));
    assertThat(bystander.hears()).contains("\"message\":\"" + word + '"');
  }

  @Test
  void controlFramesMayInterruptAMessage() {
    socket.sendFrame(TEXT, bytes("{\"type\":\"chat\","));
    socket.sendFrame(FIN | PING, bytes("now"));
    assertThat(socket.read(0xA).text()).isEqualTo("now");
    socket.sendFrame(FIN, bytes("\"message\":\"whole\"}"));
    assertThat(bystander.hears()).contains("\"message\":\"whole\"");
  }

  @Test
  void aFloodOfPingsIsThrottledAndAnswered() {
    int pings = 1_000;
    ByteArrayOutputStream flood = new ByteArrayOutputStream();
    for (int i = 0; i < pings; i++) {
      flood.writeBytes(RawSocket.frame(FIN | PING, bytes("ping " + i)));
    }
    socket.send(flood.toByteArray());
    bystander.noticesNothing();
    for (int i = 0; i < pings; i++) {
      assertThat(socket.read(0xA).text()).isEqualTo("ping " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ff", "c080", "e08080", "eda080", "f4908080", "f8888080", "80", "c3", "61e282"})
  void badUtf8(String bytes) {
    socket.sendFrame(FIN | TEXT, hex(bytes));
    assertClosed(socket, CloseReason.BAD_UTF8);
  }

  @ParameterizedTest
  @CsvSource({"c3,28", "e2,82ff", "eda0,80", "61c3,''", "f0,9f98"})
  void badUtf8SplitAcrossFragments(String first, String second) {
    socket.sendFrame(TEXT, hex(first));
    socket.sendFrame(FIN, hex(second));
    assertClosed(socket, CloseReason.BAD_UTF8);
  }

  @Test
  void badUtf8IsFoundBeforeTheMessageEnds() {
    socket.sendFrame(TEXT, hex("61ff"));
    assertClosed(socket, CloseReason.BAD_UTF8);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535})
  void aBadCloseCode(int code) {
    socket.sendFrame(FIN | 0x8, ByteBuffer.allocate(2).putShort((short) code).array());
    assertProtocolError(socket, "invalid close code " + code);
  }

  @Test
  void aCloseFrameOfOneByte() {
    socket.sendFrame(FIN | 0x8, new byte[1]);
    assertProtocolError(socket, "close frame with a payload of one byte");
  }

  @ParameterizedTest
  @ValueSource(strings = {"03e8ff", "03e8eda080", "03e8c3"})
  void aCloseReasonInBadUtf8(String payload) {
    socket.sendFrame(FIN | 0x8, hex(payload));
    assertClosed(socket, CloseReason.BAD_UTF8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1011, 1014, 3000, 4000, 4999})
  void aValidCloseCodeIsEchoed(int code) {
    socket.sendFrame(FIN | 0x8, ByteBuffer.allocate(2).putShort((short) code).array());
    assertClosed(socket, new CloseReason(code, ""));
  }

  @Test
  void aCloseFrameWithoutACodeIsANormalClosure() {
    socket.sendFrame(FIN | 0x8, NOTHING);
    assertThat(socket.read().closeCode()).isEqualTo(1000);
    assertThat(socket.untilEnd()).isEmpty();
  }

  @Test
  void inputAfterACloseFrameIsIgnored() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(RawSocket.frame(FIN | 0x8, hex("03e8")));
    all.writeBytes(RawSocket.frame(FIN | TEXT, bytes("{\"type\":\"chat\",\"message\":\"late\"}")));
    socket.send(all.toByteArray());
    assertClosed(socket, new CloseReason(1000, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"8100", "810161", "8900", "880203e8"})
  void anUnmaskedFrame(String frame) {
    socket.send(hex(frame));
    assertProtocolError(socket, "frame without a mask");
  }

  @ParameterizedTest
  @ValueSource(ints = {0xA1, 0x91, 0xB1, 0xF1})
  void reservedBits(int first) {
    socket.sendFrame(first, bytes("x"));
    assertProtocolError(socket, "reserved bit set");
  }

  @ParameterizedTest
  @ValueSource(ints = {0xC1, 0xC2})
  void aCompressedMessageWithoutNegotiation(int first) {
    socket.sendFrame(first, bytes("x"));
    assertProtocolError(socket, "compressed message, but compression was not negotiated");
  }

  @Test
  void aCompressedControlFrame() {
    socket.sendFrame(0xC9, bytes("x"));
    assertProtocolError(socket, "compression bit set on a frame that does not begin a message");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x83, 0x84, 0x85, 0x86, 0x87, 0x8B, 0x8C, 0x8F})
  void reservedOpcodes(int first) {
    socket.sendFrame(first, bytes("x"));
    assertProtocolError(socket, "unknown opcode " + (first & 0x0f));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x88, 0x89, 0x8A})
  void anOverlongControlFrame(int first) {
    socket.sendFrame(first, new byte[126]);
    assertProtocolError(socket, "control frame longer than 125 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x08, 0x09, 0x0A})
  void aFragmentedControlFrame(int first) {
    socket.sendFrame(first, NOTHING);
    assertProtocolError(socket, "fragmented control frame");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x80})
  void aContinuationWithoutAMessage(int first) {
    socket.sendFrame(first, bytes("x"));
    assertProtocolError(socket, "continuation frame without a message");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x81, 0x82})
  void aNewMessageInsideAFragmentedOne(int first) {
    socket.sendFrame(TEXT, bytes("{"));
    socket.sendFrame(first, bytes("}"));
    assertProtocolError(socket, "new message before the end of a fragmented one");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "81fe000000000000",
        "81fe007d00000000",
        "81ff000000000000000100000000",
        "81ff000000000000ffff00000000",
        "81ffffffffffffffffff00000000"
      })
  void aLengthNotInItsShortestForm(String frame) {
    socket.send(hex(frame));
    assertProtocolError(socket, "frame length not in its shortest form");
  }

  @Test
  void aFrameSentByteByByteIsAccepted() {
    for (byte next :
        RawSocket.frame(FIN | TEXT, bytes("{\"type\":\"chat\",\"message\":\"slow\"}"))) {
      socket.send(new byte[] {next});
    }
    assertThat(bystander.hears()).contains("\"message\":\"slow\"");
  }

  private static byte[] fragments(byte[] payload, int count, boolean last) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      int first = (i == 0 ? TEXT : 0) | (last && i == count - 1 ? FIN : 0);
      byte[] part = payload.length == 0 ? NOTHING : Arrays.copyOfRange(payload, i, i + 1);
      all.writeBytes(RawSocket.frame(first, part));
    }
    return all.toByteArray();
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
