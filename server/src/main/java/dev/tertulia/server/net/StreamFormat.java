package dev.tertulia.server.net;

import dev.tertulia.server.http.EventId;
import dev.tertulia.server.protocol.FullWriter;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.protocol.Reply;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The full protocol in Server-Sent Events, one a frame.
///
/// An event with a place in a log says it last, in `id`, so that whoever did not get it whole has
/// no `id` of it. All streams share the bytes up to the part of the `id` that is the topic's own;
/// the rest is each stream's, and [EventIds] adds it. For that, [#HEADER_BYTES] stand before each
/// event that never leave the server: the length of what is shared, of the part at its end, and of
/// the topic's key in that.
public final class StreamFormat implements WireFormat {
  /// How many bytes stand before each event: two numbers of two bytes behind one of four.
  static final int HEADER_BYTES = 8;

  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ID = "\nid: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

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
    TopicName topic = publication.topic();
    return publication.position() == null
        ? frame(json)
        : event(json, EventId.part(topic, publication.position()), EventId.key(topic).length());
  }

  @Override
  public ByteBuf encode(Refusal refusal) {
    return frame(writer.reply(null, new Reply.Refused(null, refusal)));
  }

  @Override
  public ByteBuf frame(byte[] json) {
    return event(json, "", 0);
  }

  @Override
  public ByteBuf frame(byte[] json, TopicName topic, String pos) {
    if (topic.kind() == TopicName.Kind.INBOX) {
      InboxPosition position = Objects.requireNonNull(InboxPosition.parse(pos), "as it was told");
      return event(json, EventId.part(position), 0);
    }
    String key = EventId.key(topic);
    return event(json, key + EventId.OF + pos, key.length());
  }

  /// How many bytes are shared, by what stands before them.
  static int textLength(byte[] header) {
    return (number(header, 0) << 16) | number(header, 2);
  }

  /// How many of them are the part of the `id`; 0 for an event without one.
  static int partLength(byte[] header) {
    return number(header, 4);
  }

  /// How many of these are the topic's key; 0 if several topics are told of.
  static int keyLength(byte[] header) {
    return number(header, 6);
  }

  private static int number(byte[] header, int at) {
    return ((header[at] & 0xff) << 8) | (header[at + 1] & 0xff);
  }

  private static ByteBuf event(byte[] json, String part, int keyLength) {
    byte[] between = part.isEmpty() ? END : ID;
    int text = DATA.length + json.length + between.length + part.length();
    int size = HEADER_BYTES + text;
    ByteBuf event = ByteBufAllocator.DEFAULT.directBuffer(size, size);
    event.writeInt(text).writeShort(part.length()).writeShort(keyLength).writeBytes(DATA);
    int begin = event.writerIndex();
    event.writeBytes(json);
    keepInOneLine(event, begin);
    event.writeBytes(between).writeCharSequence(part, StandardCharsets.US_ASCII);
    return event;
  }

  /// A line end within JSON stands between two tokens, and means as much as a blank.
  private static void keepInOneLine(ByteBuf event, int begin) {
    int at = event.forEachByte(begin, event.writerIndex() - begin, ByteProcessor.FIND_CRLF);
    while (at >= 0) {
      event.setByte(at, ' ');
      at = event.forEachByte(at, event.writerIndex() - at, ByteProcessor.FIND_CRLF);
    }
  }
}
