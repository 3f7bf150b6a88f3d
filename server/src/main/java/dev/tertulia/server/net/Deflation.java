package dev.tertulia.server.net;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/// Compresses messages (RFC 7692, section 7.2.1), each by itself, so that many clients can share
/// the bytes. Any thread.
///
/// A deflater is some 260 KiB outside of the heap, so they are used again: there are as many as
/// threads that compress at the same moment, which is one, the journal's, as long as answers are
/// short. At most [#MAX_IDLE] are kept; one more is ended after its use.
public final class Deflation implements AutoCloseable {
  /// The most deflaters that wait for use.
  static final int MAX_IDLE = 4;

  /// What ends a flush, and is left out of a message.
  private static final int TAIL_BYTES = 4;

  private final BlockingDeque<Press> idle = new LinkedBlockingDeque<>(MAX_IDLE);
  private volatile boolean closed;

  /// A deflater, and the array that it writes into, which grows to the longest message.
  private static final class Press {
    /// The fastest level: on messages of up to 4 KiB it saves as much as the default one, and on
    /// the longest, 64 KiB, costs a seventh of its time.
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, /* nowrap= */ true);

    private byte[] out = new byte[1024];
  }

  /// Compresses a frame as [Frames] writes them.
  ///
  /// @param frame stays the caller's
  /// @return a frame of which the caller owns the one reference; `null` if it would not be shorter
  @Nullable ByteBuf compress(ByteBuf frame) {
    Press press = idle.pollFirst();
    if (press == null) {
      press = new Press();
    }
    try {
      return compress(frame, press);
    } finally {
      giveBack(press);
    }
  }

  private static @Nullable ByteBuf compress(ByteBuf frame, Press press) {
    int start = Frames.payloadStart(frame);
    int length = frame.readableBytes() - start;
    int room = length + TAIL_BYTES - 1;
    if (press.out.length < room) {
      press.out = new byte[Math.max(room, press.out.length * 2)];
    }
    press.deflater.setInput(frame.nioBuffer(frame.readerIndex() + start, length));
    int compressed = press.deflater.deflate(press.out, 0, room, Deflater.SYNC_FLUSH);
    // A full array holds no whole flush, or one that is no shorter than the message.
    return compressed == room
        ? null
        : Frames.frame(
            frame.alloc(),
            Frames.opcode(frame) | Frames.COMPRESSED,
            press.out,
            compressed - TAIL_BYTES);
  }

  private void giveBack(Press press) {
    press.deflater.reset();
    if (!idle.offerFirst(press)) {
      press.deflater.end();
    }
    if (closed) {
      endIdle();
    }
  }

  private void endIdle() {
    for (Press press = idle.pollFirst(); press != null; press = idle.pollFirst()) {
      press.deflater.end();
    }
  }

  /// How many deflaters wait for use.
  int idle() {
    return idle.size();
  }

  /// Ends the deflaters. What is compressed later ends its own.
  @Override
  public void close() {
    closed = true;
    endIdle();
  }
}
