package dev.tertulia.server.net.websocket;

import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.net.loop.NettyLoop;
import dev.tertulia.server.protocol.Frames;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Parses the frames of a client (RFC 6455, section 5) strictly: a violation ends the connection
/// with the code that the RFC specifies.
///
/// The only state between two reads is the part of a fragmented message that has arrived: bytes of
/// an incomplete frame stay in the buffer of the caller. A message is bounded in bytes and in
/// fragments; what would exceed the bound is refused by its announced length, before it is
/// buffered. A compressed message (RFC 7692) is decompressed when it is complete, with an inflater
/// that the loop lends, and is bounded both before and after. Owned by the connection's loop.
public final class FrameReader {
  /// The maximum number of fragments of a message before its last one.
  static final int MAX_FRAGMENTS = 65_536;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final int FIN = 0x80;
  private static final int RESERVED = 0x30;
  private static final int OPCODE = 0x0f;
  private static final int CONTROL = 0x08;
  private static final int MASKED = 0x80;

  private final NettyLoop loop;
  private final int maxMessageBytes;
  private final boolean mayBeCompressed;
  private @Nullable Partial partial;
  private short messages;
  private boolean done;

  /// A message of which some fragments have arrived.
  private static final class Partial {
    private final int opcode;
    private final boolean compressed;
    private byte[] bytes = new byte[256];
    private int length;
    private int fragments;
    private int utf8 = Utf8.START;

    Partial(int opcode, boolean compressed) {
      this.opcode = opcode;
      this.compressed = compressed;
    }

    /// Whether UTF-8 is validated as fragments arrive.
    boolean isPlainText() {
      return opcode == Frames.TEXT && !compressed;
    }
  }

  /// @param loop lends the memory for unmasking and decompression
  /// @param maxMessageBytes the maximum size of a message after decompression
  /// @param mayBeCompressed whether compression was negotiated
  public FrameReader(NettyLoop loop, int maxMessageBytes, boolean mayBeCompressed) {
    this.loop = loop;
    this.maxMessageBytes = maxMessageBytes;
    this.mayBeCompressed = mayBeCompressed;
  }

  /// Parses all complete frames in `in` while `sink` is not paused. The remainder is the beginning
  /// of the next frame or, after a close frame or a violation, is dropped.
  public void read(ByteBuf in, FrameSink sink) {
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

  /// How much memory the parts of an unfinished message hold.
  int heldBytes() {
    return partial == null ? 0 : partial.bytes.length;
  }

  /// The number of complete messages read so far; wraps around.
  int messages() {
    return messages;
  }

  /// Stops reading, and drops buffered data.
  void abandon() {
    finish();
  }

  /// @return whether there may be another complete frame
  private boolean readFrame(ByteBuf in, FrameSink sink) {
    int start = in.readerIndex();
    int available = in.readableBytes();
    if (available < 2) {
      return false;
    }
    int first = in.getUnsignedByte(start);
    int second = in.getUnsignedByte(start + 1);
    CloseReason wrong = checkHead(first, second, sink);
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
      return violated(sink, CloseReason.protocolError("frame length not in its shortest form"));
    }
    boolean control = (first & CONTROL) != 0;
    if (!control && length > bytesLeft(first)) {
      return violated(sink, CloseReason.TOO_LARGE);
    }
    if (available < header + 4 + length) {
      return false;
    }
    int mask = in.getInt(start + header);
    in.skipBytes(header + 4);
    if (control) {
      if (partial == null) {
        messages++;
      }
      readControl(in, first & OPCODE, (int) length, mask, sink);
    } else {
      readData(in, first, (int) length, mask, sink);
    }
    return true;
  }

  /// The maximum length of a data frame that begins with `first`.
  private int bytesLeft(int first) {
    Partial message = partial;
    boolean compressed = message == null ? (first & Frames.COMPRESSED) != 0 : message.compressed;
    int max = compressed ? Inflation.longestCompressed(maxMessageBytes) : maxMessageBytes;
    return max - (message == null ? 0 : message.length);
  }

  /// Checks the first two bytes of a frame.
  ///
  /// @return why the frame is refused; `null` if it is not
  private @Nullable CloseReason checkHead(int first, int second, FrameSink sink) {
    int opcode = first & OPCODE;
    boolean known =
        switch (opcode) {
          case Frames.CLOSE, Frames.PING, Frames.PONG ->
              (first & FIN) != 0 && (second & 0x7f) <= Frames.MAX_CONTROL_BYTES;
          case Frames.CONTINUATION -> partial != null;
          case Frames.TEXT, Frames.BINARY -> partial == null;
          default -> false;
        };
    boolean marked = (first & Frames.COMPRESSED) != 0;
    if (!known
        || (first & RESERVED) != 0
        || (marked && !(mayBeCompressed && isData(opcode)))
        || (second & MASKED) == 0) {
      return CloseReason.protocolError(violation(first, second));
    }
    return opcode == Frames.BINARY && !sink.takesBinary() ? CloseReason.BINARY_FRAME : null;
  }

  /// The rule that a frame with these first two bytes violates.
  private String violation(int first, int second) {
    int opcode = first & OPCODE;
    if ((second & MASKED) == 0) {
      return "frame without a mask";
    }
    if ((first & RESERVED) != 0) {
      return "reserved bit set";
    }
    if ((first & Frames.COMPRESSED) != 0 && !isData(opcode)) {
      return "compression bit set on a frame that does not begin a message";
    }
    if ((first & Frames.COMPRESSED) != 0 && !mayBeCompressed) {
      return "compressed message, but compression was not negotiated";
    }
    return switch (opcode) {
      case Frames.CLOSE, Frames.PING, Frames.PONG ->
          (first & FIN) == 0
              ? "fragmented control frame"
              : "control frame longer than %s bytes".formatted(Frames.MAX_CONTROL_BYTES);
      case Frames.CONTINUATION -> "continuation frame without a message";
      case Frames.TEXT, Frames.BINARY -> "new message before the end of a fragmented one";
      default -> "unknown opcode " + opcode;
    };
  }

  /// Whether a frame with `opcode` begins a message.
  private static boolean isData(int opcode) {
    return opcode == Frames.TEXT || opcode == Frames.BINARY;
  }

  private void readData(ByteBuf in, int first, int length, int mask, FrameSink sink) {
    boolean last = (first & FIN) != 0;
    boolean compressed = (first & Frames.COMPRESSED) != 0;
    if (last) {
      messages++;
    }
    if (partial == null && last) {
      byte[] bytes = loop.scratch(length + Inflation.TAIL_BYTES);
      unmask(in, bytes, 0, length, mask);
      if (compressed) {
        readCompressed(first & OPCODE, bytes, length, sink);
      } else {
        readWhole(first & OPCODE, bytes, length, sink);
      }
      return;
    }
    Partial message = partial == null ? new Partial(first & OPCODE, compressed) : partial;
    partial = message;
    if (!last && ++message.fragments > MAX_FRAGMENTS) {
      violated(sink, CloseReason.TOO_LARGE);
      return;
    }
    append(message, in, length, mask);
    if (message.utf8 == Utf8.BAD || (last && message.utf8 != Utf8.START)) {
      violated(sink, CloseReason.BAD_UTF8);
    } else if (!last) {
      sink.signOfLife();
    } else {
      partial = null;
      if (message.compressed) {
        readCompressed(message.opcode, message.bytes, message.length, sink);
      } else {
        hand(message.opcode, message.bytes, message.length, sink);
      }
    }
  }

  private static void append(Partial message, ByteBuf in, int length, int mask) {
    int end = message.length + length;
    int room = end + Inflation.TAIL_BYTES;
    if (room > message.bytes.length) {
      message.bytes = Arrays.copyOf(message.bytes, Math.max(room, message.bytes.length * 2));
    }
    unmask(in, message.bytes, message.length, length, mask);
    if (message.isPlainText()) {
      message.utf8 = Utf8.check(message.utf8, message.bytes, message.length, length);
    }
    message.length = end;
  }

  private void readCompressed(int opcode, byte[] bytes, int length, FrameSink sink) {
    Inflation inflation = loop.shared(Inflation.class, Inflation::new);
    CloseReason wrong = inflation.inflate(bytes, 0, length, maxMessageBytes);
    if (wrong != null) {
      violated(sink, wrong);
    } else {
      readWhole(opcode, inflation.bytes(), inflation.length(), sink);
    }
  }

  private void readWhole(int opcode, byte[] bytes, int length, FrameSink sink) {
    if (opcode == Frames.TEXT && !Utf8.isValid(bytes, 0, length)) {
      violated(sink, CloseReason.BAD_UTF8);
    } else {
      hand(opcode, bytes, length, sink);
    }
  }

  private static void hand(int opcode, byte[] bytes, int length, FrameSink sink) {
    if (opcode == Frames.TEXT) {
      sink.text(bytes, 0, length);
    } else {
      sink.binary(bytes, 0, length);
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
    if (payload.length == 1) {
      violated(sink, CloseReason.protocolError("close frame with a payload of one byte"));
      return;
    }
    int code = ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
    if (!CloseReason.mayBeSent(code)) {
      violated(sink, CloseReason.protocolError("invalid close code " + code));
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

  /// Reads a whole payload from `in` and puts it into `out`, unmasked (RFC 6455, section 5.3: what
  /// a client sends is combined with four octets of its choice, by exclusive or): eight bytes at a
  /// time, and what is left at the end one by one. Any thread.
  ///
  /// @param offset where in `out` the payload begins
  /// @param length how many bytes it has; `in` has at least as many, and `out` behind `offset`
  /// @param mask the masking key, its first octet highest
  public static void unmask(ByteBuf in, byte[] out, int offset, int length, int mask) {
    in.readBytes(out, offset, length);
    long key = wordOf(mask);
    int end = offset + length;
    int i = offset;
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      WORD.set(out, i, (long) WORD.get(out, i) ^ key);
    }
    for (int shift = 24; i < end; i++, shift -= 8) {
      out[i] ^= (byte) (mask >> shift);
    }
  }

  /// The key twice, as eight bytes of a payload have it in this machine's order.
  private static long wordOf(int mask) {
    int inOrder =
        ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? mask : Integer.reverseBytes(mask);
    return ((long) inOrder << Integer.SIZE) | Integer.toUnsignedLong(inOrder);
  }
}
