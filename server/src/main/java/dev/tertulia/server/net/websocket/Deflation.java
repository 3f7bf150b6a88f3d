package dev.tertulia.server.net.websocket;

import dev.tertulia.server.protocol.Frames;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/// Compresses messages (RFC 7692, section 7.2.1), each on its own, so that many clients can share
/// the bytes. Safe for any thread.
///
/// A deflater takes some 260 KiB outside the heap, so deflaters are reused: there are as many as
/// threads that compress concurrently, which is one, that of the journal, as long as replies are
/// short. At most [#MAX_IDLE] are kept; a surplus one is ended after its use.
public final class Deflation implements AutoCloseable {
  /// The maximum number of idle deflaters.
  static final int MAX_IDLE = 4;

  /// The length of the end of a flush, which is omitted from a message.
  private static final int TAIL_BYTES = 4;

  private final BlockingDeque<PooledDeflater> idle = new LinkedBlockingDeque<>(MAX_IDLE);
  private volatile boolean closed;

  /// A deflater with its output array, which grows to the longest message.
  private static final class PooledDeflater {
    /// The fastest level: on messages of up to 4 KiB it saves as much as the default one, and on
    /// the longest, 64 KiB, costs a seventh of its time.
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, /* nowrap= */ true);

    private byte[] out = new byte[1024];
  }

  /// Compresses a frame written by [Frames].
  ///
  /// @param frame still owned by the caller
  /// @return a frame owned by the caller; `null` if it would not be shorter
  @Nullable ByteBuf compress(ByteBuf frame) {
    PooledDeflater press = idle.pollFirst();
    if (press == null) {
      press = new PooledDeflater();
    }
    try {
      return compress(frame, press);
    } finally {
      giveBack(press);
    }
  }

  private static @Nullable ByteBuf compress(ByteBuf frame, PooledDeflater press) {
    int start = Frames.payloadStart(frame);
    int length = frame.readableBytes() - start;
    int room = length + TAIL_BYTES - 1;
    if (press.out.length < room) {
      press.out = new byte[Math.max(room, press.out.length * 2)];
    }
    press.deflater.setInput(frame.nioBuffer(frame.readerIndex() + start, length));
    int compressed = press.deflater.deflate(press.out, 0, room, Deflater.SYNC_FLUSH);
    // A full array contains an incomplete flush, or one that is not shorter than the message.
    return compressed == room
        ? null
        : Frames.frame(
            frame.alloc(),
            Frames.opcode(frame) | Frames.COMPRESSED,
            press.out,
            compressed - TAIL_BYTES);
  }

  private void giveBack(PooledDeflater press) {
    press.deflater.reset();
    if (!idle.offerFirst(press)) {
      press.deflater.end();
    }
    if (closed) {
      endIdle();
    }
  }

  private void endIdle() {
    for (PooledDeflater press = idle.pollFirst(); press != null; press = idle.pollFirst()) {
      press.deflater.end();
    }
  }

  /// The number of idle deflaters.
  int idle() {
    return idle.size();
  }

  /// Ends the deflaters. A later use ends its own.
  @Override
  public void close() {
    closed = true;
    endIdle();
  }
}
