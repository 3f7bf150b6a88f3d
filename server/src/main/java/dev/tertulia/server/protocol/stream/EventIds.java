package dev.tertulia.server.protocol.stream;

import dev.tertulia.server.protocol.EventOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Completes the `id`s of the events of one stream. Owned by the loop of the stream.
///
/// The output of [StreamFormat] is shared by all streams, and ends with the part of an `id` that
/// belongs to the topic. A stream adds its positions in the other topics: bytes that stay the same
/// while only one topic moves, and are written again when another one does. Events are not
/// searched: [StreamFormat#HEADER_BYTES] before each event describe its layout. Events may arrive
/// in pieces. This class also knows whether the output so far ends with a complete event.
final class EventIds implements EventOutput {
  private static final byte[] END = {'\n', '\n'};

  /// The part of each topic, by its key; that of the topic that moved last may be outdated.
  private final TreeMap<String, String> parts = new TreeMap<>();

  private byte[] moved = new byte[64];
  private int movedLength;

  /// The length of the key of the topic that moved last; 0 if several did.
  private int movedKeyLength;

  /// The bytes after the part of the topic that moved last; `null` before the first.
  private @Nullable ByteBuf others;

  private final byte[] header = new byte[StreamFormat.HEADER_BYTES];
  private int headerLength;
  private int textLeft;
  private byte[] part = new byte[64];
  private int partLength;
  private boolean inEvent;
  private boolean ended;

  /// @param from the position of the client in each topic
  EventIds(EventId from) {
    from.positions().forEach((key, position) -> parts.put(key, key + EventId.OF + position));
  }

  @Override
  public boolean isAtBoundary() {
    return !inEvent;
  }

  @Override
  public int missingBytes() {
    return inEvent ? textLeft : 0;
  }

  @Override
  public void pass(ByteBuf events, Consumer<ByteBuf> out) {
    while (!ended && events.isReadable()) {
      if (headerLength < header.length) {
        int bytes = Math.min(header.length - headerLength, events.readableBytes());
        events.readBytes(header, headerLength, bytes);
        headerLength += bytes;
        if (headerLength == header.length) {
          textLeft = StreamFormat.textLength(header);
          partLength = 0;
        }
      } else {
        passText(events, out);
        if (textLeft == 0) {
          headerLength = 0;
          inEvent = false;
          if (partLength > 0) {
            out.accept(rest().retainedDuplicate());
          }
        }
      }
    }
    events.release();
  }

  @Override
  public void end() {
    ended = true;
    if (others != null) {
      others.release();
      others = null;
    }
  }

  /// Passes on text, and keeps the part of the `id` at its end.
  private void passText(ByteBuf events, Consumer<ByteBuf> out) {
    int bytes = Math.min(textLeft, events.readableBytes());
    int before = Math.max(0, textLeft - StreamFormat.partLength(header));
    if (bytes > before) {
      int more = bytes - before;
      part = withRoom(part, partLength + more);
      events.getBytes(events.readerIndex() + before, part, partLength, more);
      partLength += more;
    }
    out.accept(events.readRetainedSlice(bytes));
    inEvent = true;
    textLeft -= bytes;
  }

  /// The bytes after `part`.
  private ByteBuf rest() {
    int keyLength = StreamFormat.keyLength(header);
    boolean same =
        keyLength > 0
            && keyLength == movedKeyLength
            && Arrays.equals(part, 0, keyLength, moved, 0, keyLength);
    if (!same || others == null) {
      keep(moved, movedLength);
      Set<String> now = keep(part, partLength);
      if (others != null) {
        others.release();
      }
      others = allBut(now);
    }
    byte[] free = moved;
    moved = part;
    movedLength = partLength;
    movedKeyLength = keyLength;
    part = free;
    return others;
  }

  /// Keeps the parts in `text`, and returns their topics.
  private Set<String> keep(byte[] text, int length) {
    Set<String> keys = new HashSet<>();
    if (length > 0) {
      String all = new String(text, 0, length, StandardCharsets.US_ASCII);
      for (String one : all.split(String.valueOf(EventId.NEXT), -1)) {
        String key = one.substring(0, one.indexOf(EventId.OF));
        keys.add(key);
        parts.put(key, one);
      }
    }
    return keys;
  }

  private ByteBuf allBut(Set<String> keys) {
    StringBuilder text = new StringBuilder();
    parts.forEach((key, one) -> {
      if (!keys.contains(key)) {
        text.append(EventId.NEXT).append(one);
      }
    });
    int size = text.length() + END.length;
    ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer(size, size);
    ByteBufUtil.writeAscii(bytes, text);
    return bytes.writeBytes(END);
  }

  private static byte[] withRoom(byte[] bytes, int size) {
    return size <= bytes.length ? bytes : Arrays.copyOf(bytes, Math.max(size, 2 * bytes.length));
  }
}
