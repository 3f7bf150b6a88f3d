package dev.tertulia.server.notification;

import dev.tertulia.server.topic.InboxPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a client reports about its own inbox, whatever protocol it uses.
public sealed interface InboxCommand {
  /// Marks notifications as read.
  ///
  /// @param ids the notifications; empty if `upTo` is set
  /// @param upTo the last of all notifications read up to it; `null` if `ids` are given
  record Read(List<NotificationId> ids, @Nullable NotificationId upTo) implements InboxCommand {
    public Read {
      ids = List.copyOf(ids);
    }
  }

  /// Reports that a device has everything up to a position.
  record Ack(InboxPosition position) implements InboxCommand {}

  /// Reports that a device has shown a notification to a person.
  record Shown(NotificationId id) implements InboxCommand {}
}
