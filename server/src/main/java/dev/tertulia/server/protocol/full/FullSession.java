package dev.tertulia.server.protocol.full;

import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.SentRanges;
import dev.tertulia.server.connection.Session;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The session of the full protocol, for one connection.
public final class FullSession implements Session {
  private final FullServices parts;
  private final WireFormat format;
  private final Request.@Nullable Hello hello;
  private @Nullable Conversation conversation;

  /// @param format the format of everything sent to the connection
  public FullSession(FullServices parts, WireFormat format) {
    this(parts, format, null);
  }

  /// Creates the session of a connection on which the client sends nothing, so its `hello` is
  /// given.
  ///
  /// @param format the format of everything sent to the connection
  /// @param hello its first request; `null` for a connection that sends requests
  private FullSession(FullServices parts, WireFormat format, Request.@Nullable Hello hello) {
    this.parts = parts;
    this.format = format;
    this.hello = hello;
  }

  /// Creates the session of a connection on which the client only listens: in some rooms, and to
  /// its inbox.
  ///
  /// @param after the position of the client in a room; `null` if it has none
  /// @param inboxAfter its position in the inbox; `null` if it has none
  public static FullSession listening(
      FullServices parts,
      WireFormat format,
      List<RoomName> rooms,
      Function<RoomName, @Nullable String> after,
      @Nullable String inboxAfter) {
    List<Request.Resume> resumes =
        rooms.stream().map(room -> new Request.Resume(room, after.apply(room))).toList();
    return new FullSession(
        parts, format, new Request.Hello(null, resumes, new Request.ResumeInbox(inboxAfter)));
  }

  @Override
  public WireFormat format() {
    return format;
  }

  @Override
  public void opened(Connection connection) {
    conversation = new Conversation(connection, format, parts);
    if (hello != null) {
      conversation.begin(hello);
    }
  }

  @Override
  public String speaks() {
    return hello == null ? "full" : "stream";
  }

  @Override
  public String name(Connection connection) {
    return conversation == null ? "" : conversation.name();
  }

  @Override
  public @Nullable String device(Connection connection) {
    return conversation == null ? null : conversation.device();
  }

  @Override
  public @Nullable SentRanges sentFromLog(Connection connection) {
    return conversation == null ? null : conversation.sent();
  }

  @Override
  public void expelled(Connection connection, RoomName room) {
    if (conversation != null) {
      conversation.expelled(room);
    }
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
  public void missed(Connection connection, TopicName topic) {
    if (conversation != null) {
      conversation.missed(topic);
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
