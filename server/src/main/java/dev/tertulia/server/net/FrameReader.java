package dev.tertulia.server.net;

import dev.tertulia.server.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the frames that one client sends (RFC 6455, section 5), strictly: what the RFC forbids
/// ends the connection with the code that it names.
///
/// Its state between two reads is the part of a fragmented message that has arrived, if any, and
/// nothing else: bytes of an incomplete frame stay in the caller's buffer. A message is bounded in
/// bytes and in fragments; what would pass the bound is refused by its announced length, before it
/// is held. Owned by the connection's loop.
final class FrameReader {
  /// The most fragments that a message may come in.
  static final int MAX_FRAGMENTS = 65_536;

  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int OPCODE = 0x0f;
  private static final int CONTROL = 0x08;
  private static final int MASKED = 0x80;

  private final NettyLoop loop;
  private final int maxMessageBytes;
  private @Nullable Partial partial;
  private boolean done;

  /// A message of which some fragments have arrived.
  private static final class Partial {
    private byte[] bytes = new byte[256];
    private int length;
    private int fragments;
    private int utf8 = Utf8.START;
  }

  /// @param loop lends the memory that a message is unmasked in
  FrameReader(NettyLoop loop, int maxMessageBytes) {
    this.loop = loop;
    this.maxMessageBytes = maxMessageBytes;
  }

  /// Reads all whole frames in `in`, for as long as `sink` wants more. What is left is the
  /// beginning of the next frame, or, when the peer has closed or broken a rule, of no interest.
  void read(ByteBuf in, FrameSink sink) {
    while (!done && !sink.isPaused() && readFrame(in, sink)) {
      // The next one.
    }
    if (done) {
      in.skipBytes(in.readableBytes());
    }
  }

  /// The loop that this reader's connection belongs to.
  NettyLoop loop() {
    return loop;
  }

  /// Whether a fragmented message is waiting for its end.
  boolean isMidMessage() {
    return partial != null;
  }

  /// @return whether there may be another whole frame
  private boolean readFrame(ByteBuf in, FrameSink sink) {
    int start = in.readerIndex();
    int available = in.readableBytes();
    if (available < 2) {
      return false;
    }
    int first = in.getUnsignedByte(start);
    int second = in.getUnsignedByte(start + 1);
    CloseReason wrong = checkHead(first, second);
    if (wrong != null) {
      return violated(sink, wrong);
    }
    int code = second & 0x7f;
    int header = code < 126 ? 2 : code == 126 ? 4 : 10;
    if (available < header) {
      return false;
    }
    long length =
        code < 126 ? code : code == 126 ? in.getUnsignedShort(start + 2) : in.getLong(start + 2);
    boolean shortest = code < 126 || (code == 126 ? length >= 126 : length > 0xffff);
    if (!shortest) {
      return violated(sink, CloseReason.PROTOCOL_ERROR);
    }
    boolean control = (first & CONTROL) != 0;
    if (!control && length > maxMessageBytes - (partial == null ? 0 : partial.length)) {
      return violated(sink, CloseReason.TOO_LARGE);
    }
    if (available < header + 4 + length) {
      return false;
    }
    int mask = in.getInt(start + header);
    in.skipBytes(header + 4);
    if (control) {
      readControl(in, first & OPCODE, (int) length, mask, sink);
    } else {
      readData(in, (first & FIN) != 0, (int) length, mask, sink);
    }
    return true;
  }

  /// Looks at the first two bytes of a frame.
  private @Nullable CloseReason checkHead(int first, int second) {
    int opcode = first & OPCODE;
    boolean known =
        switch (opcode) {
          case Frames.CLOSE, Frames.PING, Frames.PONG ->
              (first & FIN) != 0 && (second & 0x7f) <= Frames.MAX_CONTROL_BYTES;
          case Frames.CONTINUATION -> partial != null;
          case Frames.TEXT, Frames.BINARY -> partial == null;
          default -> false;
        };
    if (!known || (first & RESERVED) != 0 || (second & MASKED) == 0) {
      return CloseReason.PROTOCOL_ERROR;
    }
    return opcode == Frames.BINARY ? CloseReason.BINARY_FRAME : null;
  }

  private void readData(ByteBuf in, boolean last, int length, int mask, FrameSink sink) {
    if (partial == null && last) {
      byte[] bytes = loop.scratch(length);
      unmask(in, bytes, 0, length, mask);
      if (Utf8.isValid(bytes, 0, length)) {
        sink.text(bytes, 0, length);
      } else {
        violated(sink, CloseReason.BAD_UTF8);
      }
      return;
    }
    Partial message = partial == null ? new Partial() : partial;
    partial = message;
    if (++message.fragments > MAX_FRAGMENTS) {
      violated(sink, CloseReason.TOO_LARGE);
      return;
    }
    int end = message.length + length;
    if (end > message.bytes.length) {
      message.bytes = Arrays.copyOf(message.bytes, Math.max(end, message.bytes.length * 2));
    }
    unmask(in, message.bytes, message.length, length, mask);
    message.utf8 = Utf8.check(message.utf8, message.bytes, message.length, length);
    message.length = end;
    if (message.utf8 == Utf8.BAD || (last && message.utf8 != Utf8.START)) {
      violated(sink, CloseReason.BAD_UTF8);
    } else if (last) {
      partial = null;
      sink.text(message.bytes, 0, message.length);
    } else {
      sink.signOfLife();
    }
  }

  private void readControl(ByteBuf in, int opcode, int length, int mask, FrameSink sink) {
    byte[] payload = new byte[length];
    unmask(in, payload, 0, length, mask);
    switch (opcode) {
      case Frames.PING -> sink.ping(payload);
      case Frames.PONG -> sink.signOfLife();
      default -> readClose(payload, sink);
    }
  }

  private void readClose(byte[] payload, FrameSink sink) {
    if (payload.length == 0) {
      finish();
      sink.closed(CloseReason.NORMAL);
      return;
    }
    int code = payload.length < 2 ? 0 : ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
    if (!CloseReason.mayBeSent(code)) {
      violated(sink, CloseReason.PROTOCOL_ERROR);
    } else if (!Utf8.isValid(payload, 2, payload.length - 2)) {
      violated(sink, CloseReason.BAD_UTF8);
    } else {
      finish();
      sink.closed(new CloseReason(code, ""));
    }
  }

  private boolean violated(FrameSink sink, CloseReason reason) {
    finish();
    sink.violated(reason);
    return false;
  }

  private void finish() {
    done = true;
    partial = null;
  }

  private static void unmask(ByteBuf in, byte[] out, int offset, int length, int mask) {
    in.readBytes(out, offset, length);
    for (int i = 0; i < length; i++) {
      out[offset + i] ^= (byte) (mask >> (24 - 8 * (i & 3)));
    }
  }
}
