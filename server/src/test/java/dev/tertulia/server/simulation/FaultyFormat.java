package dev.tertulia.server.simulation;

import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.testing.Faults;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Another format, which can be made to fail at the next publication.
final class FaultyFormat implements WireFormat {
  private final WireFormat real;
  private @Nullable Faults next;

  FaultyFormat(WireFormat real) {
    this.real = real;
  }

  void failNext(Faults fault) {
    next = fault;
  }

  @Override
  public int index() {
    return real.index();
  }

  @Override
  public @Nullable ByteBuf encode(Publication publication) {
    Faults fault = next;
    next = null;
    return fault == null ? real.encode(publication) : fault.raise();
  }

  @Override
  public ByteBuf encode(Refusal refusal) {
    return real.encode(refusal);
  }

  @Override
  public ByteBuf frame(byte[] json) {
    return real.frame(json);
  }

  @Override
  public ByteBuf frame(byte[] json, TopicName topic, String pos) {
    return real.frame(json, topic, pos);
  }
}
