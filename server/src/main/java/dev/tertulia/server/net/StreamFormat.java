package dev.tertulia.server.net;

import dev.tertulia.server.http.EventId;
import dev.tertulia.server.protocol.FullWriter;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.protocol.Reply;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/// The full protocol in Server-Sent Events, one a frame.
///
/// An event with a place in a log says it last, in `id`, so that whoever did not get it whole has
/// no `id` of it. That is one topic's part; [EventIds] makes the whole of it for each stream.
public final class StreamFormat implements WireFormat {
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

  private final int index;
  private final FullWriter writer;

  public StreamFormat(int index, Language language) {
    this.index = index;
    writer = new FullWriter(language);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public ByteBuf encode(Publication publication) {
    byte[] json = publication.inFull(writer);
    return publication.position() == null
        ? frame(json)
        : frame(json, publication.topic(), publication.position().toString());
  }

  @Override
  public ByteBuf encode(Refusal refusal) {
    return frame(writer.reply(null, new Reply.Refused(null, refusal)));
  }

  @Override
  public ByteBuf frame(byte[] json) {
    return event(json, new byte[0]);
  }

  @Override
  public ByteBuf frame(byte[] json, TopicName topic, String pos) {
    return event(json, EventIds.line(EventId.part(topic, pos)));
  }

  private static ByteBuf event(byte[] json, byte[] id) {
    int size = DATA.length + json.length + 1 + id.length + 1;
    return ByteBufAllocator.DEFAULT
        .directBuffer(size, size)
        .writeBytes(DATA)
        .writeBytes(json)
        .writeByte('\n')
        .writeBytes(id)
        .writeByte('\n');
  }
}
