package dev.tertulia.server.relay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tertulia.server.topic.TopicName;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the fields of one message of a relay. For one thread.
final class RelayReader {
  static final int ROOM = 1;
  static final int INBOX = 2;
  static final int BROADCASTS = 3;
  static final int PRESENCE = 4;

  /// The fewest bytes of an item of a list: its length.
  private static final int LEAST_ITEM = Integer.BYTES;

  private final ByteBuffer in;

  RelayReader(byte[] bytes) {
    in = ByteBuffer.wrap(bytes);
  }

  /// Reads one item of a list.
  interface Item<T> {
    T read(RelayReader in) throws RelayFormatException;
  }

  private void require(int bytes) throws RelayFormatException {
    if (bytes < 0 || in.remaining() < bytes) {
      throw new RelayFormatException("cut off");
    }
  }

  /// One byte.
  int bytes() throws RelayFormatException {
    require(1);
    return in.get() & 0xFF;
  }

  /// A number that is at least 0.
  int count() throws RelayFormatException {
    require(Integer.BYTES);
    int count = in.getInt();
    if (count < 0) {
      throw new RelayFormatException("a negative number");
    }
    return count;
  }

  long longs() throws RelayFormatException {
    require(Long.BYTES);
    return in.getLong();
  }

  String text() throws RelayFormatException {
    require(Short.BYTES);
    int length = in.getShort() & 0xFFFF;
    require(length);
    ByteBuffer bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new RelayFormatException("a text that is not UTF-8");
    }
  }

  byte[] body() throws RelayFormatException {
    int length = count();
    require(length);
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /// Reads a topic; returns `null` for one of an unknown kind, whose name has been skipped.
  @Nullable TopicName topic() throws RelayFormatException {
    int kind = bytes();
    String name = text();
    return switch (kind) {
      case ROOM -> new TopicName(TopicName.Kind.ROOM, name);
      case INBOX -> new TopicName(TopicName.Kind.INBOX, name);
      case BROADCASTS -> TopicName.BROADCASTS;
      case PRESENCE -> new TopicName(TopicName.Kind.PRESENCE, name);
      default -> null;
    };
  }

  /// @throws RelayFormatException also if there are more items than the rest has room for
  <T> List<T> list(Item<T> item) throws RelayFormatException {
    int count = count();
    if (count > in.remaining() / LEAST_ITEM) {
      throw new RelayFormatException("a list longer than the message");
    }
    List<T> items = new ArrayList<>(Math.min(count, 1024));
    int all = in.limit();
    for (int i = 0; i < count; i++) {
      int length = count();
      require(length);
      int end = in.position() + length;
      in.limit(end);
      items.add(item.read(this));
      in.limit(all).position(end);
    }
    return items;
  }
}
