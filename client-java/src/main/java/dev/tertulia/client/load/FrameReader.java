package dev.tertulia.client.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Finds the frames in data from a server, in place, without an object for any of them.
///
/// Belongs to one thread, which has one buffer for all its connections. What a connection keeps
/// between two reads is an incomplete frame, which is its caller's to keep, and [Fragments].
/// Bounds: a frame or a message in fragments of 64 MiB.
final class FrameReader {
  /// What becomes of what was found.
  interface Receiver {
    /// A whole message, from `from` to `to`.
    void message(ByteBuffer in, int from, int to) throws IOException, ProtocolException;

    /// A ping, with what is to be sent back from `from` to `to`.
    void ping(ByteBuffer in, int from, int to) throws IOException, ProtocolException;

    /// The close frame; nothing that follows it is looked at.
    ///
    /// @param code 1005 if there is none
    /// @param from where its reason begins, which ends at `to`
    void close(int code, ByteBuffer in, int from, int to) throws IOException, ProtocolException;
  }

  static final int LONGEST = 64 << 20;
  private static final int NO_CODE = 1005;

  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int LONGEST_CONTROL = 125;

  private ByteBuffer joined = ByteBuffers.allocate(4096);

  /// Tells `receiver` of every whole frame between `from` and `to`.
  ///
  /// @return where the first incomplete frame begins; `to` after a close frame, or if there is none
  int read(ByteBuffer in, int from, int to, Fragments fragments, Receiver receiver)
      throws IOException, ProtocolException {
    int at = from;
    while (to - at >= 2) {
      int second = in.get(at + 1);
      int start = at + 2;
      long length = second & 0x7f;
      if (length == 126) {
        start += 2;
        if (start > to) {
          break;
        }
        length = Short.toUnsignedInt(Short.reverseBytes(in.getShort(at + 2)));
      } else if (length == 127) {
        start += 8;
        if (start > to) {
          break;
        }
        length = Long.reverseBytes(in.getLong(at + 2));
      }
      if (second < 0) {
        throw new ProtocolException("sent a masked frame");
      }
      if (length < 0 || length > LONGEST) {
        throw new ProtocolException("sent a frame of more than 64 MiB");
      }
      if (length > to - start) {
        break;
      }
      int end = start + (int) length;
      int first = in.get(at);
      if (first == (byte) (FIN | TEXT) && !fragments.isOpen()) {
        receiver.message(in, start, end);
      } else if (other(first, in, start, end, fragments, receiver)) {
        return to;
      }
      at = end;
    }
    return at;
  }

  /// How many bytes the incomplete frame that begins at `at` will have, as far as they tell.
  static int length(ByteBuffer in, int at, int to) {
    int available = to - at;
    int length = available < 2 ? 0 : in.get(at + 1) & 0x7f;
    if (length == 126 && available >= 4) {
      return 4 + Short.toUnsignedInt(Short.reverseBytes(in.getShort(at + 2)));
    }
    if (length == 127 && available >= 10) {
      return 10 + (int) Math.min(LONGEST, Long.reverseBytes(in.getLong(at + 2)));
    }
    return 2 + length;
  }

  /// All but the plain text message.
  ///
  /// @return whether it was the close frame
  private boolean other(
      int first, ByteBuffer in, int start, int end, Fragments fragments, Receiver receiver)
      throws IOException, ProtocolException {
    if ((first & RESERVED) != 0) {
      throw new ProtocolException("sent a frame with reserved bits");
    }
    boolean last = (first & FIN) != 0;
    int kind = first & 0x0f;
    if (kind >= CLOSE && (!last || end - start > LONGEST_CONTROL)) {
      throw new ProtocolException("sent a control frame that is too long or fragmented");
    }
    switch (kind) {
      case TEXT, BINARY -> {
        if (fragments.isOpen()) {
          throw new ProtocolException("started a message within a fragmented one");
        }
        if (last) {
          receiver.message(in, start, end);
        } else {
          fragments.open();
          fragments.add(in, start, end);
        }
      }
      case CONTINUATION -> {
        if (!fragments.isOpen()) {
          throw new ProtocolException("sent a continuation without a message");
        }
        fragments.add(in, start, end);
        if (last) {
          joined = fragments.takeInto(joined);
          receiver.message(joined, 0, joined.position());
        }
      }
      case PING -> receiver.ping(in, start, end);
      case PONG -> {
        // Says that the server is there, which nobody asked.
      }
      case CLOSE -> {
        boolean hasCode = end - start >= 2;
        int code = hasCode ? Short.toUnsignedInt(Short.reverseBytes(in.getShort(start))) : NO_CODE;
        receiver.close(code, in, hasCode ? start + 2 : end, end);
        return true;
      }
      default -> throw new ProtocolException("sent a frame with unknown opcode " + kind);
    }
    return false;
  }
}
