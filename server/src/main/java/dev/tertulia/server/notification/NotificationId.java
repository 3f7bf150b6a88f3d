package dev.tertulia.server.notification;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Identifier;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import org.jspecify.annotations.Nullable;

/// The server's own name for a notification: its place, and whose inbox that is in. `k3f9:7@ana` is
/// one of Ana's, `k3f9:2` a broadcast; opaque to clients.
///
/// So it is found without an index, and a log that was restored from a backup has nothing else by
/// that name, because of the term.
///
/// @param topic an inbox, or the broadcasts
public record NotificationId(TopicName topic, Position position) {
  private static final char AT = '@';

  /// @throws IllegalArgumentException if there are no notifications in `topic`
  public NotificationId {
    if (topic.kind() != TopicName.Kind.INBOX && topic.kind() != TopicName.Kind.BROADCASTS) {
      throw new IllegalArgumentException("no notifications are in " + topic);
    }
  }

  /// Reads what [#toString] wrote, as it wrote it.
  ///
  /// @return `null` if it did not
  public static @Nullable NotificationId parse(String text) {
    int at = text.indexOf(AT);
    Position position = Position.parse(at < 0 ? text : text.substring(0, at));
    if (position == null || position.offset() == 0) {
      return null;
    }
    if (at < 0) {
      return new NotificationId(TopicName.BROADCASTS, position);
    }
    String client = text.substring(at + 1);
    return Identifier.isValid(client)
        ? new NotificationId(TopicName.inbox(new ClientId(client)), position)
        : null;
  }

  /// Whether it is a notification to everybody.
  public boolean isBroadcast() {
    return topic.kind() == TopicName.Kind.BROADCASTS;
  }

  /// Whether it may be in the inbox of `client`.
  public boolean isFor(ClientId client) {
    return isBroadcast() || topic.name().equals(client.value());
  }

  @Override
  public String toString() {
    return isBroadcast() ? position.toString() : position.toString() + AT + topic.name();
  }
}
