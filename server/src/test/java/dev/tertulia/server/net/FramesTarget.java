package dev.tertulia.server.net;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.net.loop.NettyLoop;
import dev.tertulia.server.net.websocket.FrameReader;
import dev.tertulia.server.net.websocket.FrameSink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.nio.NioIoHandler;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The target of the fuzzer: the frame reader accepts any input without an exception, reports
/// nothing after the end, respects its limits, produces valid UTF-8, and gives the same result for
/// the same bytes in any pieces.
public final class FramesTarget {
  private static final int MAX = 400;

  private static final NettyLoop LOOP =
      new NettyLoop(
          0,
          (SingleThreadEventLoop)
              new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next(),
          rest -> {},
          EngineGuard.ofNoProcess());

  private FramesTarget() {}

  /// Called by name, again and again. The first byte says how the rest is cut.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2) {
      return;
    }
    for (boolean compressing : new boolean[] {false, true}) {
      String whole = read(input, input.length, compressing);
      String pieces = read(input, 1 + (input[0] & 0x1f), compressing);
      if (!whole.equals(pieces)) {
        throw new AssertionError("at once %s, in pieces %s".formatted(whole, pieces));
      }
    }
  }

  private static String read(byte[] input, int piece, boolean compressing) {
    FrameReader reader = new FrameReader(LOOP, MAX, compressing);
    Told told = new Told();
    ByteBuf waiting = Unpooled.buffer();
    for (int at = 1; at < input.length; at += piece) {
      waiting.writeBytes(input, at, Math.min(piece, input.length - at));
      reader.read(waiting, told);
      if (told.ended && waiting.isReadable()) {
        throw new AssertionError("bytes are left behind the end");
      }
    }
    return told.all.toString();
  }

  /// Writes down what it is told, and looks whether that may be.
  private static final class Told implements FrameSink {
    private final StringBuilder all = new StringBuilder();
    private boolean ended;

    private void note(String what, byte[] bytes, int offset, int length) {
      if (ended) {
        throw new AssertionError(what + " after the end");
      }
      if (length > MAX) {
        throw new AssertionError(what + " of " + length);
      }
      String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
      byte[] again = text.getBytes(StandardCharsets.UTF_8);
      if (what.equals("text")
          && !Arrays.equals(again, Arrays.copyOfRange(bytes, offset, offset + length))) {
        throw new AssertionError("a text that is no UTF-8");
      }
      all.append(what).append(' ').append(text).append('\n');
    }

    @Override
    public void text(byte[] utf8, int offset, int length) {
      note("text", utf8, offset, length);
    }

    @Override
    public boolean takesBinary() {
      return true;
    }

    @Override
    public void binary(byte[] bytes, int offset, int length) {
      note("binary", bytes, offset, length);
    }

    @Override
    public void ping(byte[] payload) {
      note("ping", payload, 0, payload.length);
    }

    @Override
    public void signOfLife() {
      note("life", new byte[0], 0, 0);
    }

    @Override
    public void closed(CloseReason reason) {
      note("closed " + reason.code(), new byte[0], 0, 0);
      ended = true;
    }

    @Override
    public void violated(CloseReason reason) {
      note("violated " + reason.code(), new byte[0], 0, 0);
      ended = true;
    }

    @Override
    public boolean isPaused() {
      return false;
    }
  }
}
