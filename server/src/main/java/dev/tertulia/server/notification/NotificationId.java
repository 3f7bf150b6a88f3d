package dev.tertulia.server.notification;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import org.jspecify.annotations.Nullable;

/// The id that the server assigns to a notification: its position and the client of the inbox.
/// `k3f9:7@ana` is a notification of Ana's, `k3f9:2` a broadcast; ids are opaque to clients.
///
/// A notification is found by its id without an index. Because the position contains the term, the
/// id can't denote another notification in a log that was restored from a backup.
///
/// @param topic an inbox, or the topic of the broadcasts
public record NotificationId(TopicName topic, Position position) {
  /// The maximum length, in characters: a position, an `@` and an identifier.
  public static final int MAX_LENGTH = 13 + 1 + 19 + 1 + Identifier.MAX_LENGTH;

  private static final char AT = '@';

  /// @throws IllegalArgumentException if `topic` has no notifications
  public NotificationId {
    if (topic.kind() != TopicName.Kind.INBOX && topic.kind() != TopicName.Kind.BROADCASTS) {
      throw new IllegalArgumentException("no notifications are in " + topic);
    }
  }

  /// Parses the exact output of [#toString].
  ///
  /// @return `null` if `text` is anything else
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

  /// Whether it denotes a broadcast.
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
