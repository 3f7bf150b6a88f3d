package dev.tertulia.server.net.websocket;

import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Another format, compressed where it pays, for connections that have negotiated compression.
///
/// A message that is short, or that compression does not shorten, is sent in the buffer of the
/// plain format.
public final class DeflateFormat implements WireFormat {
  /// The shortest frame that is compressed, in bytes. At this length half of a chat message is
  /// saved. Below it a message that stands by itself has little to repeat: at 256 bytes 70 would be
  /// saved, less than the packet around them adds, and each client would still have to decompress.
  public static final int THRESHOLD_BYTES = 512;

  private final int index;
  private final WireFormat plain;
  private final Deflation deflation;

  /// @param index above that of `plain`
  public DeflateFormat(int index, WireFormat plain, Deflation deflation) {
    if (index <= plain.index()) {
      throw new IllegalArgumentException("the uncompressed format must be encoded first");
    }
    this.index = index;
    this.plain = plain;
    this.deflation = deflation;
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public @Nullable ByteBuf encode(Publication publication) {
    ByteBuf frame = plain.encode(publication);
    return frame == null ? null : takeShorter(frame);
  }

  @Override
  public @Nullable ByteBuf encode(Publication publication, @Nullable ByteBuf[] others) {
    ByteBuf atHand = others[plain.index()];
    return atHand == null ? encode(publication) : shorter(atHand);
  }

  @Override
  public ByteBuf encode(Refusal refusal) {
    return takeShorter(plain.encode(refusal));
  }

  @Override
  public ByteBuf frame(byte[] json) {
    return takeShorter(plain.frame(json));
  }

  /// Takes over the reference to `frame`.
  private ByteBuf takeShorter(ByteBuf frame) {
    try {
      return shorter(frame);
    } finally {
      frame.release();
    }
  }

  /// The frame compressed, or itself with one more reference.
  public ByteBuf shorter(ByteBuf frame) {
    ByteBuf compressed = frame.readableBytes() < THRESHOLD_BYTES ? null : deflation.compress(frame);
    return compressed == null ? frame.retain() : compressed;
  }
}
