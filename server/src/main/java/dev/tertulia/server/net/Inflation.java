package dev.tertulia.server.net;

import dev.tertulia.server.protocol.CloseReason;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Decompresses messages (RFC 7692, section 7.2.2), each by itself. All connections of a loop share
/// one; owned by that loop.
///
/// Its memory is what the inflater needs and one array, which grows to the largest message, and no
/// further than the bound that the caller gives: what inflates past it is given up there.
final class Inflation implements AutoCloseable {
  /// The most blocks marked as final that a message may have. One is what there should be; each
  /// more costs the decompressor a new start.
  static final int MAX_FINAL_BLOCKS = 64;

  /// What a sender leaves out at the end of a message, and then an empty final block, by whose end
  /// it is known that the message was whole.
  private static final byte[] TAIL = {0, 0, -1, -1, 1, 0, 0, -1, -1};

  /// How much room there has to be behind a message.
  static final int TAIL_BYTES = TAIL.length;

  private static final int WINDOW_BYTES = 1 << 15;

  private final Inflater inflater = new Inflater(/* nowrap= */ true);
  private byte[] out = new byte[4096];
  private int length;

  /// The longest that a message of `plain` bytes gets by compression, reckoned generously.
  static int longestCompressed(int plain) {
    return plain + (plain >> 4) + 64;
  }

  /// Decompresses a message. If it goes well, the message is in [#bytes] until the next call.
  ///
  /// @param from where it is, `count` bytes from `offset` on, with room for [#TAIL_BYTES] more,
  ///   which are overwritten
  /// @param max the longest that it may be, in bytes
  /// @return what is wrong with it; `null` if nothing
  @Nullable CloseReason inflate(byte[] from, int offset, int count, int max) {
    length = 0;
    if (count == 0) {
      // Not what a deflater makes of nothing, but what some clients send.
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

  /// A block marked as final ends the stream, but not the message: what follows is byte-aligned and
  /// may refer to what came before.
  private void goOnBehindFinalBlock(byte[] from, int offset, int count) {
    int window = Math.min(length, WINDOW_BYTES);
    inflater.reset();
    inflater.setDictionary(out, length - window, window);
    inflater.setInput(from, offset, count);
  }

  /// Where the message is, from 0 on, [#length] bytes.
  byte[] bytes() {
    return out;
  }

  /// How long the message is, in bytes.
  int length() {
    return length;
  }

  @Override
  public void close() {
    inflater.end();
  }
}
