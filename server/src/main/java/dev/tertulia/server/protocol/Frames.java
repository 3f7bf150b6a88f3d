package dev.tertulia.server.protocol;

import dev.tertulia.server.model.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/// WebSocket frames (RFC 6455, section 5) as a server sends them: unmasked, never fragmented, in
/// direct buffers.
public final class Frames {
  public static final int CONTINUATION = 0x0;
  public static final int TEXT = 0x1;
  public static final int BINARY = 0x2;
  public static final int CLOSE = 0x8;
  public static final int PING = 0x9;
  public static final int PONG = 0xA;

  /// The maximum payload of a control frame, in bytes.
  public static final int MAX_CONTROL_BYTES = 125;

  /// The bit that marks a data message as compressed, beside the opcode of its first frame.
  public static final int COMPRESSED = 0x40;

  private static final int FIN = 0x80;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;

  private Frames() {}

  public static ByteBuf text(ByteBufAllocator allocator, byte[] utf8) {
    return frame(allocator, TEXT, utf8);
  }

  public static ByteBuf frame(ByteBufAllocator allocator, int opcode, byte[] payload) {
    return frame(allocator, opcode, payload, payload.length);
  }

  /// A complete frame of one message.
  ///
  /// @param opcode optionally combined with [#COMPRESSED]
  /// @param length the number of bytes of `payload` in the frame
  public static ByteBuf frame(ByteBufAllocator allocator, int opcode, byte[] payload, int length) {
    int header = length < LENGTH_16 ? 2 : length <= 0xffff ? 4 : 10;
    ByteBuf frame = allocator.directBuffer(header + length, header + length);
    frame.writeByte(FIN | opcode);
    if (length < LENGTH_16) {
      frame.writeByte(length);
    } else if (length <= 0xffff) {
      frame.writeByte(LENGTH_16).writeShort(length);
    } else {
      frame.writeByte(LENGTH_64).writeLong(length);
    }
    return frame.writeBytes(payload, 0, length);
  }

  /// The opcode of a frame that was written here.
  public static int opcode(ByteBuf frame) {
    return frame.getByte(frame.readerIndex()) & 0x0f;
  }

  /// Where the payload of a frame that was written here begins, from the frame's own beginning.
  public static int payloadStart(ByteBuf frame) {
    int length = frame.getByte(frame.readerIndex() + 1);
    return length < LENGTH_16 ? 2 : length == LENGTH_16 ? 4 : 10;
  }

  public static ByteBuf ping(ByteBufAllocator allocator) {
    return frame(allocator, PING, new byte[0]);
  }

  public static ByteBuf pong(ByteBufAllocator allocator, byte[] payload) {
    return frame(allocator, PONG, payload);
  }

  public static ByteBuf close(ByteBufAllocator allocator, CloseReason reason) {
    byte[] text = reason.text().getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[2 + text.length];
    payload[0] = (byte) (reason.code() >> 8);
    payload[1] = (byte) reason.code();
    System.arraycopy(text, 0, payload, 2, text.length);
    return frame(allocator, CLOSE, payload);
  }
}
