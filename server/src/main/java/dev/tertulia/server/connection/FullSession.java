package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The full protocol, for one connection.
public final class FullSession implements Session {
  private final FullParts parts;
  private final WireFormat format;
  private @Nullable Conversation conversation;

  /// @param format of all that the connection is sent
  public FullSession(FullParts parts, WireFormat format) {
    this.parts = parts;
    this.format = format;
  }

  @Override
  public WireFormat format() {
    return format;
  }

  @Override
  public void opened(Connection connection) {
    conversation = new Conversation(connection, format, parts);
  }

  @Override
  public void received(Connection connection, byte[] text, int offset, int length) {
    if (conversation != null) {
      conversation.received(text, offset, length);
    }
  }

  @Override
  public boolean refusesExcess() {
    return true;
  }

  @Override
  public void tooFast(Connection connection, byte[] text, int offset, int length, Duration wait) {
    if (conversation != null) {
      conversation.tooFast(text, offset, length, wait);
    }
  }

  @Override
  public void drained(Connection connection) {
    if (conversation != null) {
      conversation.drained();
    }
  }

  @Override
  public void rolledBack(Connection connection, TopicName topic) {
    if (conversation != null) {
      conversation.rolledBack(topic);
    }
  }

  @Override
  public Collection<RoomName> rooms(Connection connection) {
    return conversation == null ? List.of() : conversation.rooms();
  }

  @Override
  public void ended(Connection connection) {
    if (conversation != null) {
      conversation.ended();
    }
  }
}
