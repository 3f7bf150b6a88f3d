package dev.tertulia.client.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.client.testing.Peer;
import dev.tertulia.client.testing.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Frames that arrive in pieces of any size.
final class FrameReaderTest {
  private final FrameReader reader = new FrameReader();
  private final Fragments fragments = new Fragments();

  /// Writes down what it is told.
  private static final class Diary implements FrameReader.Receiver {
    private final List<String> lines = new ArrayList<>();

    @Override
    public void message(ByteBuffer in, int from, int to) {
      lines.add("message " + text(in, from, to));
    }

    @Override
    public void ping(ByteBuffer in, int from, int to) {
      lines.add("ping " + text(in, from, to));
    }

    @Override
    public void close(int code, ByteBuffer in, int from, int to) {
      lines.add("close " + code + " " + text(in, from, to));
    }

    private static String text(ByteBuffer in, int from, int to) {
      byte[] bytes = new byte[to - from];
      in.get(from, bytes);
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  @Test
  void everySplitOfTheInputYieldsTheSameFrames() throws Exception {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    for (int round = 0; round < 300; round++) {
      ByteArrayOutputStream stream = new ByteArrayOutputStream();
      List<String> expected = new ArrayList<>();
      for (int i = random.nextInt(1, 12); i > 0; i--) {
        write(stream, expected, random);
      }
      Diary diary = new Diary();
      feed(stream.toByteArray(), diary, random);
      assertThat(diary.lines).as(seeded + ", round " + round).isEqualTo(expected);
    }
  }

  /// Adds a message, whole or in fragments with pings between them, a ping, or a pong.
  private static void write(
      ByteArrayOutputStream stream, List<String> expected, RandomGenerator random) {
    String text = random(random, random.nextInt(5) == 0 ? 70_000 : 200);
    switch (random.nextInt(4)) {
      case 0 -> {
        stream.writeBytes(Peer.frame(0x80 | random.nextInt(1, 3), bytes(text)));
        expected.add("message " + text);
      }
      case 1 -> {
        int cut = random.nextInt(text.length() + 1);
        int cut2 = random.nextInt(cut, text.length() + 1);
        String ping = random(random, 125);
        stream.writeBytes(Peer.frame(1, bytes(text.substring(0, cut))));
        stream.writeBytes(Peer.frame(0x89, bytes(ping)));
        stream.writeBytes(Peer.frame(0, bytes(text.substring(cut, cut2))));
        stream.writeBytes(Peer.frame(0x80, bytes(text.substring(cut2))));
        expected.add("ping " + ping);
        expected.add("message " + text);
      }
      case 2 -> {
        String ping = random(random, 125);
        stream.writeBytes(Peer.frame(0x89, bytes(ping)));
        expected.add("ping " + ping);
      }
      default -> stream.writeBytes(Peer.frame(0x8a, bytes("pong")));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String random(RandomGenerator random, int bound) {
    byte[] bytes = new byte[random.nextInt(bound + 1)];
    random.nextBytes(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private void feed(byte[] stream, Diary diary, RandomGenerator random) throws Exception {
    ByteBuffer in = ByteBuffers.allocate(500_000);
    byte[] rest = {};
    int at = 0;
    while (at < stream.length) {
      int piece = Math.min(stream.length - at, random.nextInt(1, random.nextBoolean() ? 5 : 9000));
      in.clear().put(rest).put(stream, at, piece);
      at += piece;
      int to = in.position();
      int done = reader.read(in, 0, to, fragments, diary);
      rest = new byte[to - done];
      in.get(done, rest);
    }
    assertThat(rest).isEmpty();
  }

  @Test
  void inputAfterACloseFrameIsIgnored() throws Exception {
    Diary diary = new Diary();
    byte[] close = Peer.frame(0x88, new byte[] {0x0f, (byte) 0xa1, 's', 'l', 'o', 'w'});
    read(diary, close, Peer.frame(0x81, new byte[] {'x'}));
    assertThat(diary.lines).containsExactly("close 4001 slow");
    read(diary, Peer.frame(0x88, new byte[0]));
    assertThat(diary.lines).last().isEqualTo("close 1005 ");
  }

  @Test
  void anIncompleteFrameReportsItsLength() {
    for (int length : new int[] {0, 125, 126, 65_535, 65_536, 1 << 20}) {
      byte[] frame = Peer.frame(0x81, new byte[length]);
      ByteBuffer in = ByteBuffers.allocate(frame.length).put(frame);
      assertThat(FrameReader.length(in, 0, Math.min(frame.length, 10))).isEqualTo(frame.length);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "8181 00000000 78,                    masked",
    "c101 78,                             reserved bits",
    "8301 78,                             unknown opcode",
    "8001 78,                             without a message",
    "0101 78 8101 78,                     within a fragmented one",
    "0901 78,                             fragmented",
    "897e 007e,                           too long",
    "817f 0000000004000001,               64 MiB",
    "817f ffffffffffffffff,               64 MiB",
  })
  void aProtocolViolationIsReported(String hex, String complaint) {
    byte[] bytes = java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    // A control frame that is too long must be there whole to be looked at.
    byte[] stream = complaint.equals("too long") ? Arrays.copyOf(bytes, 200) : bytes;
    assertThatThrownBy(() -> read(new Diary(), stream))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(complaint);
  }

  private void read(Diary diary, byte[]... frames) throws IOException, ProtocolException {
    ByteBuffer in = ByteBuffers.allocate(1000);
    for (byte[] frame : frames) {
      in.put(frame);
    }
    assertThat(reader.read(in, 0, in.position(), fragments, diary)).isEqualTo(in.position());
  }
}
