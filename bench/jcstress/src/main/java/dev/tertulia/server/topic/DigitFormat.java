package dev.tertulia.server.topic;

import dev.tertulia.server.model.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// A format that encodes the offset of an entry as one digit.
record DigitFormat(int index) implements WireFormat {
  @Override
  public ByteBuf encode(Publication publication) {
    return Unpooled.wrappedBuffer(new byte[] {(byte) ('0' + publication.head())});
  }

  @Override
  public ByteBuf encode(Refusal refusal) {
    throw new UnsupportedOperationException();
  }

  @Override
  public ByteBuf frame(byte[] json) {
    throw new UnsupportedOperationException();
  }
}
