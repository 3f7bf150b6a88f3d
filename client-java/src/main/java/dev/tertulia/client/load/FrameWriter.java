package dev.tertulia.client.load;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/// Writes client frames into a buffer: masked, each with its own key. Owned by one thread.
final class FrameWriter {
  static final int TEXT = 1;
  static final int CLOSE = 8;
  static final int PONG = 10;

  /// Longest that what stands before a frame's content can be.
  static final int HEADER = 14;

  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;

  private final SplittableRandom random;

  FrameWriter(SplittableRandom random) {
    this.random = random;
  }

  /// Begins a frame with `length` bytes of content, which is to follow, and then [#end].
  ///
  /// @return its masking key
  int begin(ByteBuffer out, int kind, int length) {
    out.put((byte) (FIN | kind));
    if (length < 126) {
      out.put((byte) (MASKED | length));
    } else if (length <= 0xffff) {
      out.put((byte) (MASKED | 126)).putShort(Short.reverseBytes((short) length));
    } else {
      out.put((byte) (MASKED | 127)).putLong(Long.reverseBytes(length));
    }
    int key = random.nextInt();
    out.putInt(key);
    return key;
  }

  /// Masks the content that was put since [#begin].
  void end(ByteBuffer out, int key, int length) {
    int end = out.position();
    int at = end - length;
    long twice = (key & 0xffffffffL) | ((long) key << 32);
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      out.putLong(at, out.getLong(at) ^ twice);
    }
    for (int i = 0; at < end; at++, i++) {
      out.put(at, (byte) (out.get(at) ^ (key >>> (8 * (i & 3)))));
    }
  }

  /// Puts a whole frame whose content lies between `from` and `to` of `content`.
  void put(ByteBuffer out, int kind, ByteBuffer content, int from, int to) {
    int key = begin(out, kind, to - from);
    out.put(out.position(), content, from, to - from);
    out.position(out.position() + to - from);
    end(out, key, to - from);
  }
}
