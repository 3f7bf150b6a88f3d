package dev.tertulia.server.topic;

import dev.tertulia.server.model.Refusal;
import io.netty.buffer.ByteBuf;

/// A format for tests of the fan-out without replies.
abstract class PublicationFormat implements WireFormat {
  private final int index;

  PublicationFormat(int index) {
    this.index = index;
  }

  @Override
  public final int index() {
    return index;
  }

  @Override
  public final ByteBuf encode(Refusal refusal) {
    throw new UnsupportedOperationException();
  }

  @Override
  public final ByteBuf frame(byte[] json) {
    throw new UnsupportedOperationException();
  }
}
