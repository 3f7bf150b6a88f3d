package dev.tertulia.server.net.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.net.loop.NettyLoop;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.Rfc7692;
import dev.tertulia.server.testing.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.nio.NioIoHandler;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// Frames, as they come in pieces of any size.
final class FrameReaderTest {
  private static final int MAX = 5_000;
  private static final MultiThreadIoEventLoopGroup GROUP =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  private final NettyLoop loop =
      new NettyLoop(0, (SingleThreadEventLoop) GROUP.next(), rest -> {}, EngineGuard.ofNoProcess());
  private final FrameReader reader = new FrameReader(loop, MAX, false);
  private final FrameReader compressing = new FrameReader(loop, MAX, true);
  private final Heard heard = new Heard();

  /// Writes down what it is told.
  private static final class Heard implements FrameSink {
    private final List<String> all = new ArrayList<>();
    private int pauseAfter = Integer.MAX_VALUE;
    private boolean takesBinary;
    private int longest;

    @Override
    public void text(byte[] utf8, int offset, int length) {
      longest = Math.max(longest, length);
      all.add("text " + new String(utf8, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public boolean takesBinary() {
      return takesBinary;
    }

    @Override
    public void binary(byte[] bytes, int offset, int length) {
      longest = Math.max(longest, length);
      all.add("binary " + HexFormat.of().formatHex(bytes, offset, offset + length));
    }

    @Override
    public void ping(byte[] payload) {
      all.add("ping " + new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void signOfLife() {
      // Fragments and pongs.
    }

    @Override
    public void closed(CloseReason reason) {
      all.add("closed " + reason.code());
    }

    @Override
    public void violated(CloseReason reason) {
      all.add("violated " + reason.code());
    }

    @Override
    public boolean isPaused() {
      return all.size() >= pauseAfter;
    }
  }

  @AfterEach
  void release() {
    loop.release();
  }

  @AfterAll
  static void endLoops() {
    GROUP.shutdownGracefully();
  }

  @RepeatedTest(100)
  void anySplitOfAValidStreamYieldsTheSameMessages() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<String> said = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      say(random, stream, said);
    }
    stream.writeBytes(RawSocket.frame(0x88, new byte[] {0x03, (byte) 0xe8}));
    said.add("closed 1000");
    readInPieces(reader, stream.toByteArray(), random);
    assertThat(heard.all).as(seeded.toString()).isEqualTo(said);
  }

  @RepeatedTest(100)
  void randomBytesNeverThrow() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = random.nextInt(5); i > 0; i--) {
      say(random, stream, new ArrayList<>());
    }
    byte[] bytes = Arrays.copyOf(stream.toByteArray(), stream.size() + random.nextInt(200));
    for (int i = random.nextInt(1 + bytes.length / 4); i >= 0 && bytes.length > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    readInPieces(reader, bytes, random);
    long ends =
        heard.all.stream().filter(s -> s.startsWith("closed") || s.startsWith("violated")).count();
    assertThat(ends).as(seeded.toString()).isLessThanOrEqualTo(1);
  }

  @RepeatedTest(200)
  void anySplitOfCompressedMessagesYieldsTheSameMessages() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<String> said = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      if (random.nextInt(3) == 0) {
        say(random, stream, said);
      } else {
        sayCompressed(random, stream, said);
      }
    }
    heard.takesBinary = true;
    readInPieces(compressing, stream.toByteArray(), random);
    assertThat(heard.all).as(seeded.toString()).isEqualTo(said);
  }

  /// A bit turned anywhere, in a header, a mask or what is compressed: it is another message or a
  /// broken rule, and never more than may be.
  @RepeatedTest(500)
  void corruptedCompressedMessagesNeverThrowOrExceedTheLimit() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = random.nextInt(8); i >= 0; i--) {
      sayCompressed(random, stream, new ArrayList<>());
    }
    byte[] bytes = stream.toByteArray();
    for (int i = random.nextInt(6); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    heard.takesBinary = random.nextBoolean();
    readInPieces(compressing, bytes, random);
    assertThat(heard.longest).as(seeded.toString()).isLessThanOrEqualTo(MAX);
    long ends =
        heard.all.stream().filter(s -> s.startsWith("closed") || s.startsWith("violated")).count();
    assertThat(ends).as(seeded.toString()).isLessThanOrEqualTo(1);
  }

  @Test
  void aDecompressionBombIsRefused() {
    heard.takesBinary = true;
    compressing.read(
        Unpooled.wrappedBuffer(RawSocket.frame(Rfc7692.BINARY, Rfc7692.compress(new byte[MAX]))),
        heard);
    assertThat(heard.longest).isEqualTo(MAX);
    compressing.read(
        Unpooled.wrappedBuffer(
            RawSocket.frame(Rfc7692.BINARY, Rfc7692.compress(new byte[MAX * 1000]))),
        heard);
    assertThat(heard.all).hasSize(2).last().isEqualTo("violated 1009");
  }

  @Test
  void binaryMessagesArePassedToReceiversThatAcceptThem() {
    heard.takesBinary = true;
    read(RawSocket.frame(0x82, new byte[] {-1, 0}));
    read(RawSocket.frame(0x02, new byte[] {-1}));
    read(RawSocket.frame(0x80, new byte[] {-2}));
    assertThat(heard.all).containsExactly("binary ff00", "binary fffe");
    heard.takesBinary = false;
    read(RawSocket.frame(0x82, new byte[] {-1, 0}));
    assertThat(heard.all).last().isEqualTo("violated 1003");
  }

  @Test
  void anOversizedMessageIsRefusedByItsAnnouncedLength() {
    read(Arrays.copyOf(RawSocket.frame(0x81, new byte[MAX + 1]), 4));
    assertThat(heard.all).containsExactly("violated 1009");
  }

  @Test
  void theTotalOfFragmentsIsBounded() {
    read(RawSocket.frame(0x01, new byte[MAX]));
    assertThat(reader.isMidMessage()).isTrue();
    read(RawSocket.frame(0x80, new byte[1]));
    assertThat(heard.all).containsExactly("violated 1009");
    assertThat(reader.isMidMessage()).isFalse();
  }

  @Test
  void theNumberOfFragmentsIsBounded() {
    byte[] none = RawSocket.frame(0x00, new byte[0]);
    for (int message = 0; message < 2; message++) {
      read(RawSocket.frame(0x01, new byte[] {'a'}));
      for (int i = 1; i < FrameReader.MAX_FRAGMENTS; i++) {
        read(none);
      }
      read(message == 0 ? RawSocket.frame(0x80, new byte[0]) : none);
    }
    assertThat(heard.all).containsExactly("text a", "violated 1009");
  }

  @Test
  void aPauseTakesEffectBetweenTwoFrames() {
    heard.pauseAfter = 1;
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.writeBytes(RawSocket.frame(0x81, new byte[] {'a'}));
    two.writeBytes(RawSocket.frame(0x81, new byte[] {'b'}));
    ByteBuf in = Unpooled.wrappedBuffer(two.toByteArray());
    reader.read(in, heard);
    assertThat(heard.all).containsExactly("text a");
    heard.pauseAfter = 2;
    reader.read(in, heard);
    assertThat(heard.all).containsExactly("text a", "text b");
  }

  @Test
  void inputAfterACloseFrameIsDiscarded() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(RawSocket.frame(0x88, new byte[0]));
    all.writeBytes(RawSocket.frame(0x81, new byte[] {'a'}));
    ByteBuf in = Unpooled.wrappedBuffer(all.toByteArray());
    reader.read(in, heard);
    assertThat(heard.all).containsExactly("closed 1000");
    assertThat(in.isReadable()).isFalse();
  }

  private static void say(RandomGenerator random, ByteArrayOutputStream stream, List<String> said) {
    if (random.nextInt(4) == 0) {
      String ping = "p".repeat(random.nextInt(126));
      stream.writeBytes(RawSocket.frame(0x89, ping.getBytes(StandardCharsets.UTF_8)));
      said.add("ping " + ping);
      return;
    }
    String text = "á€😀x".repeat(random.nextInt(random.nextBoolean() ? 20 : 450));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int from = 0;
    int opcode = 0x01;
    while (random.nextInt(3) != 0) {
      int to = from + random.nextInt(bytes.length - from + 1);
      stream.writeBytes(RawSocket.frame(opcode, Arrays.copyOfRange(bytes, from, to)));
      opcode = 0;
      from = to;
      if (random.nextInt(4) == 0) {
        stream.writeBytes(RawSocket.frame(0x89, new byte[0]));
        said.add("ping ");
      }
    }
    stream.writeBytes(
        RawSocket.frame(0x80 | opcode, Arrays.copyOfRange(bytes, from, bytes.length)));
    said.add("text " + text);
  }

  private static void sayCompressed(
      RandomGenerator random, ByteArrayOutputStream stream, List<String> said) {
    boolean binary = random.nextBoolean();
    byte[] message = new byte[random.nextInt(random.nextBoolean() ? 50 : MAX)];
    for (int i = 0; i < message.length; i++) {
      message[i] = (byte) ('a' + random.nextInt(1 + i % 26));
    }
    byte[] payload =
        random.nextInt(5) == 0 ? Rfc7692.compressAsFinal(message) : Rfc7692.compress(message);
    int first = binary ? Rfc7692.BINARY_BEGINS : Rfc7692.TEXT_BEGINS;
    int from = 0;
    while (random.nextInt(3) != 0) {
      int to = from + random.nextInt(payload.length - from + 1);
      stream.writeBytes(RawSocket.frame(first, Arrays.copyOfRange(payload, from, to)));
      first = 0;
      from = to;
      if (random.nextInt(4) == 0) {
        stream.writeBytes(RawSocket.frame(0x89, new byte[0]));
        said.add("ping ");
      }
    }
    stream.writeBytes(
        RawSocket.frame(0x80 | first, Arrays.copyOfRange(payload, from, payload.length)));
    said.add(
        binary
            ? "binary " + HexFormat.of().formatHex(message)
            : "text " + new String(message, StandardCharsets.UTF_8));
  }

  /// Gives the reader what has arrived so far again and again, as the socket's handler does.
  private void readInPieces(FrameReader reader, byte[] bytes, RandomGenerator random) {
    ByteBuf in = Unpooled.buffer();
    for (int at = 0; at < bytes.length; ) {
      int length =
          Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 2_000));
      in.discardReadBytes().writeBytes(bytes, at, length);
      reader.read(in, heard);
      at += length;
    }
  }

  private void read(byte[] bytes) {
    reader.read(Unpooled.wrappedBuffer(bytes), heard);
  }
}
