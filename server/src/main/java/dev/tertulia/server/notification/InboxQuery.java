package dev.tertulia.server.notification;

import dev.tertulia.server.model.ClientId;
import org.jspecify.annotations.Nullable;

/// Asks for a page of the notifications of an inbox.
///
/// @param before the notification before which the page ends; `after` likewise where it begins, but
///   not both. Both `null` for the newest
/// @param unreadOnly whether read notifications are skipped
public record InboxQuery(
    @Nullable NotificationId before,
    @Nullable NotificationId after,
    int limit,
    boolean unreadOnly) {
  /// Reads the page. May block on a disk.
  ///
  /// @return `null` if the inbox does not contain the notification
  /// @throws dev.tertulia.server.topic.LogException if the log can't be read at the moment, or is
  ///   damaged at that place
  public InboxLog.@Nullable Page read(InboxLog log, ClientId client) {
    return after == null
        ? log.before(client, before, limit, unreadOnly)
        : log.after(client, after, limit, unreadOnly);
  }
}
