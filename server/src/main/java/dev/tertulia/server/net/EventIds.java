package dev.tertulia.server.net;

import dev.tertulia.server.http.EventId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// The `id`s of one stream's events: what comes with one topic's position leaves with all of them.
/// Owned by the stream's loop.
///
/// Events are shared by all streams, and may come in pieces; nothing but the line of the `id` is
/// copied. It also knows whether what has left ends with a whole event.
final class EventIds {
  private static final String FIELD = "id: ";

  private EventId positions;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean atLineStart = true;
  private boolean inId;
  private boolean atBoundary = true;

  /// @param from up to where the client has each topic
  EventIds(EventId from) {
    positions = from;
  }

  /// The line of an `id`.
  static byte[] line(String id) {
    return (FIELD + id + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /// Whether what has left is whole events.
  boolean isAtBoundary() {
    return atBoundary;
  }

  /// Passes on `events`, or a piece of some, and takes over the reference to it.
  ///
  /// @param out takes what leaves, with a reference to it
  void pass(ByteBuf events, Consumer<ByteBuf> out) {
    int end = events.writerIndex();
    int from = events.readerIndex();
    int at = from;
    while (at < end) {
      if (atLineStart && events.getByte(at) == 'i') {
        emit(events, from, at, out);
        inId = true;
      }
      int newline = events.indexOf(at, end, (byte) '\n');
      int next = newline < 0 ? end : newline + 1;
      atBoundary = atLineStart && newline == at;
      atLineStart = newline >= 0;
      if (inId) {
        for (int i = at; i < (newline < 0 ? end : newline); i++) {
          line.write(events.getByte(i));
        }
        from = next;
        if (newline >= 0) {
          inId = false;
          out.accept(Unpooled.wrappedBuffer(whole()));
        }
      }
      at = next;
    }
    emit(events, from, end, out);
    events.release();
  }

  private byte[] whole() {
    String part = line.toString(StandardCharsets.US_ASCII).substring(FIELD.length());
    line.reset();
    int slash = part.indexOf('/');
    positions = positions.with(part.substring(0, slash), part.substring(slash + 1));
    return line(positions.toString());
  }

  private static void emit(ByteBuf events, int from, int to, Consumer<ByteBuf> out) {
    if (to > from) {
      out.accept(events.retainedSlice(from, to - from));
    }
  }
}
