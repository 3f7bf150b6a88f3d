package dev.tertulia.server.protocol.stream;

import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.ErrorWriter;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The full protocol as Server-Sent Events, one per frame.
///
/// An event with a position in a log ends with its `id`, so that a client that did not receive it
/// completely has no `id` of it. All streams share the bytes up to the part of the `id` that
/// belongs to the topic; the rest differs between streams, and [EventIds] adds it. For that purpose
/// [#HEADER_BYTES] precede each event that never leave the server: the length of the shared bytes,
/// of the part at their end, and of the key of the topic in that part.
public final class StreamFormat implements WireFormat {
  /// The number of bytes before each event: a number of four bytes and two of two bytes.
  static final int HEADER_BYTES = 8;

  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ID = "\nid: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

  private final int index;
  private final EntryWriter writer;

  public StreamFormat(int index, Language language) {
    this.index = index;
    writer = EntryWriter.of(language);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public ByteBuf encode(Publication publication) {
    byte[] json = publication.encoded(writer);
    TopicName topic = publication.topic();
    return publication.position() == null
        ? frame(json)
        : event(json, EventId.part(topic, publication.position()), EventId.key(topic).length());
  }

  @Override
  public ByteBuf encode(Refusal refusal) {
    return frame(ErrorWriter.error(null, refusal));
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

  /// The number of shared bytes, according to the header.
  static int textLength(byte[] header) {
    return (number(header, 0) << 16) | number(header, 2);
  }

  /// The length of the part of the `id` at their end; 0 for an event without one.
  static int partLength(byte[] header) {
    return number(header, 4);
  }

  /// The length of the key of the topic; 0 if it covers several topics.
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

  /// A line break in JSON stands between two tokens, and is equivalent to a space.
  private static void keepInOneLine(ByteBuf event, int begin) {
    int at = event.forEachByte(begin, event.writerIndex() - begin, ByteProcessor.FIND_CRLF);
    while (at >= 0) {
      event.setByte(at, ' ');
      at = event.forEachByte(at, event.writerIndex() - at, ByteProcessor.FIND_CRLF);
    }
  }
}
