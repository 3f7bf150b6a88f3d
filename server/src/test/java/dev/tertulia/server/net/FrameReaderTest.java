package dev.tertulia.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.protocol.CloseReason;
import dev.tertulia.server.testing.RawSocket;
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
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// Frames, as they come in pieces of any size.
final class FrameReaderTest {
  private static final int MAX = 5_000;
  private static final MultiThreadIoEventLoopGroup GROUP =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  private final NettyLoop loop = new NettyLoop(0, (SingleThreadEventLoop) GROUP.next(), rest -> {});
  private final FrameReader reader = new FrameReader(loop, MAX);
  private final Heard heard = new Heard();

  /// Writes down what it is told.
  private static final class Heard implements FrameSink {
    private final List<String> all = new ArrayList<>();
    private int pauseAfter = Integer.MAX_VALUE;

    @Override
    public void text(byte[] utf8, int offset, int length) {
      all.add("text " + new String(utf8, offset, length, StandardCharsets.UTF_8));
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
    readInPieces(stream.toByteArray(), random);
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
    readInPieces(bytes, random);
    long ends =
        heard.all.stream().filter(s -> s.startsWith("closed") || s.startsWith("violated")).count();
    assertThat(ends).as(seeded.toString()).isLessThanOrEqualTo(1);
  }

  @Test
  void whatIsTooLargeIsRefusedByItsAnnouncedLength() {
    read(Arrays.copyOf(RawSocket.frame(0x81, new byte[MAX + 1]), 4));
    assertThat(heard.all).containsExactly("violated 1009");
  }

  @Test
  void fragmentsTogetherAreBounded() {
    read(RawSocket.frame(0x01, new byte[MAX]));
    assertThat(reader.isMidMessage()).isTrue();
    read(RawSocket.frame(0x80, new byte[1]));
    assertThat(heard.all).containsExactly("violated 1009");
    assertThat(reader.isMidMessage()).isFalse();
  }

  @Test
  void aPauseStopsBetweenTwoFrames() {
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
  void nothingIsReadBehindTheEnd() {
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

  /// Gives the reader what has arrived so far again and again, as the socket's handler does.
  private void readInPieces(byte[] bytes, RandomGenerator random) {
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
