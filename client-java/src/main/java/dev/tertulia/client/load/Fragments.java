package dev.tertulia.client.load;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The parts received so far of a fragmented message of one connection. Empty if there is none.
final class Fragments {
  private byte @Nullable [] bytes;
  private int length;

  /// Whether a message has begun and not ended.
  boolean isOpen() {
    return bytes != null;
  }

  void open() {
    bytes = new byte[256];
    length = 0;
  }

  /// Adds what lies between `from` and `to`.
  void add(ByteBuffer in, int from, int to) throws ProtocolException {
    byte[] so = bytes;
    if (so == null) {
      throw new IllegalStateException("no message has begun");
    }
    int more = to - from;
    if (more > FrameReader.LONGEST - length) {
      throw new ProtocolException("sent a message of more than 64 MiB");
    }
    if (length + more > so.length) {
      so = Arrays.copyOf(so, Math.max(length + more, 2 * so.length));
      bytes = so;
    }
    in.get(from, so, length, more);
    length += more;
  }

  /// Ends the message.
  ///
  /// @return `into`, or a larger buffer, with the message before its position
  ByteBuffer takeInto(ByteBuffer into) {
    ByteBuffer joined = ByteBuffers.withRoom(into, length);
    if (bytes != null) {
      joined.put(bytes, 0, length);
    }
    bytes = null;
    return joined;
  }
}
