package dev.tertulia.server.relay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tertulia.server.topic.TopicName;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/// Writes the fields of one message of a relay. For one thread.
final class RelayWriter {
  private ByteBuffer out = ByteBuffer.allocate(256);

  private ByteBuffer room(int bytes) {
    if (out.remaining() < bytes) {
      int more = Math.max(out.capacity() * 2, Math.addExact(out.position(), bytes));
      out = ByteBuffer.wrap(Arrays.copyOf(out.array(), more)).position(out.position());
    }
    return out;
  }

  /// One byte.
  void bytes(int value) {
    room(1).put((byte) value);
  }

  void ints(int value) {
    room(Integer.BYTES).putInt(value);
  }

  void longs(long value) {
    room(Long.BYTES).putLong(value);
  }

  /// @throws IllegalArgumentException if it is longer than 65,535 bytes
  void text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    if (bytes.length > 0xFFFF) {
      throw new IllegalArgumentException("a text of " + bytes.length + " bytes");
    }
    room(Short.BYTES + bytes.length).putShort((short) bytes.length).put(bytes);
  }

  void body(byte[] bytes) {
    room(Integer.BYTES + bytes.length).putInt(bytes.length).put(bytes);
  }

  void topic(TopicName topic) {
    bytes(
        switch (topic.kind()) {
          case ROOM -> RelayReader.ROOM;
          case INBOX -> RelayReader.INBOX;
          case BROADCASTS -> RelayReader.BROADCASTS;
          case PRESENCE -> RelayReader.PRESENCE;
        });
    text(topic.name());
  }

  <T> void list(List<T> items, BiConsumer<RelayWriter, T> write) {
    ints(items.size());
    for (T item : items) {
      int at = room(Integer.BYTES).position();
      ints(0);
      write.accept(this, item);
      out.putInt(at, out.position() - at - Integer.BYTES);
    }
  }

  /// What was written.
  byte[] bytes() {
    return Arrays.copyOf(out.array(), out.position());
  }
}
