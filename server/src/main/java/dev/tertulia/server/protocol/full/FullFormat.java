package dev.tertulia.server.protocol.full;

import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.ErrorWriter;
import dev.tertulia.server.protocol.Frames;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/// The full protocol in WebSocket text frames.
public final class FullFormat implements WireFormat {
  private final int index;
  private final EntryWriter writer;

  public FullFormat(int index, Language language) {
    this.index = index;
    writer = EntryWriter.of(language);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public ByteBuf encode(Publication publication) {
    return frame(publication.encoded(writer));
  }

  @Override
  public ByteBuf encode(Refusal refusal) {
    return frame(ErrorWriter.error(null, refusal));
  }

  @Override
  public ByteBuf frame(byte[] json) {
    return Frames.text(ByteBufAllocator.DEFAULT, json);
  }
}
