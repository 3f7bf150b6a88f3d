package dev.tertulia.server.net.websocket;

import dev.tertulia.server.model.CloseReason;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Decompresses messages (RFC 7692, section 7.2.2), each on its own. All connections of a loop
/// share one; owned by that loop.
///
/// It uses the memory of an inflater and one array, which grows to the largest message, but not
/// beyond the bound given by the caller: a message that inflates further is abandoned there.
public final class Inflation implements AutoCloseable {
  /// The maximum number of final blocks of a message. There should be one; each further one
  /// restarts the inflater.
  static final int MAX_FINAL_BLOCKS = 64;

  /// The bytes that a sender omits at the end of a message, followed by an empty final block, whose
  /// end shows that the message was complete.
  private static final byte[] TAIL = {0, 0, -1, -1, 1, 0, 0, -1, -1};

  /// The space required after a message.
  static final int TAIL_BYTES = TAIL.length;

  private static final int WINDOW_BYTES = 1 << 15;

  private final Inflater inflater = new Inflater(/* nowrap= */ true);
  private byte[] out = new byte[4096];
  private int length;

  /// An upper bound of the compressed size of a message of `plain` bytes.
  static int longestCompressed(int plain) {
    return plain + (plain >> 4) + 64;
  }

  /// Decompresses a message. On success it is in [#bytes] until the next call.
  ///
  /// @param from the input, `count` bytes from `offset` on, followed by space for [#TAIL_BYTES]
  ///   more, which are overwritten
  /// @param max the maximum size of the result, in bytes
  /// @return why it is refused; `null` on success
  @Nullable CloseReason inflate(byte[] from, int offset, int count, int max) {
    length = 0;
    if (count == 0) {
      // No deflater produces this for an empty message, but some clients send it.
      return null;
    }
    System.arraycopy(TAIL, 0, from, offset + count, TAIL_BYTES);
    inflater.setInput(from, offset, count + TAIL_BYTES);
    try {
      return inflate(from, offset + count + TAIL_BYTES, max);
    } catch (DataFormatException noDeflate) {
      return CloseReason.BAD_COMPRESSION;
    } finally {
      inflater.reset();
    }
  }

  private @Nullable CloseReason inflate(byte[] from, int end, int max) throws DataFormatException {
    int finalBlocks = 0;
    while (true) {
      if (length == out.length) {
        out = Arrays.copyOf(out, (int) Math.min(max + 1L, out.length * 2L));
      }
      int room = Math.min(out.length, max + 1) - length;
      int got = inflater.inflate(out, length, room);
      length += got;
      if (length > max) {
        return CloseReason.TOO_LARGE;
      }
      if (inflater.finished()) {
        int left = inflater.getRemaining();
        if (left == 0 || left == TAIL_BYTES) {
          return null;
        }
        if (left < TAIL_BYTES) {
          return CloseReason.BAD_COMPRESSION;
        }
        if (++finalBlocks == MAX_FINAL_BLOCKS) {
          return CloseReason.TOO_LARGE;
        }
        goOnBehindFinalBlock(from, end - left, left);
      } else if (got == 0) {
        return CloseReason.BAD_COMPRESSION;
      }
    }
  }

  /// A final block ends the stream, but not the message: the rest is byte-aligned and may refer to
  /// earlier data.
  private void goOnBehindFinalBlock(byte[] from, int offset, int count) {
    int window = Math.min(length, WINDOW_BYTES);
    inflater.reset();
    inflater.setDictionary(out, length - window, window);
    inflater.setInput(from, offset, count);
  }

  /// The message, from index 0 on, [#length] bytes.
  byte[] bytes() {
    return out;
  }

  /// The size of the message, in bytes.
  int length() {
    return length;
  }

  @Override
  public void close() {
    inflater.end();
  }
}
