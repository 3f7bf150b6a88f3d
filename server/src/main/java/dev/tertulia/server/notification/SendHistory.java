package dev.tertulia.server.notification;

import dev.tertulia.server.notification.InboxLog.DeliveryStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What the connections of one client were sent from its inbox, as far as is known: all open
/// connections, and the latest of those closed since the start of their server. Nothing of it is
/// stored.
///
/// @param all the open ones, then the closed ones, each newest first
/// @param since from when on it is known: when the server started that was started last, in Unix
///   milliseconds
public record SendHistory(List<SendRecord> all, long since) {
  /// Open ones by when they were opened, closed ones by when they were closed.
  private static final Comparator<SendRecord> NEWEST_FIRST =
      Comparator.comparingLong(
              (SendRecord one) -> one.ended() == null ? Long.MAX_VALUE : one.ended())
          .thenComparingLong(SendRecord::began)
          .reversed();

  public SendHistory {
    all = List.copyOf(all);
  }

  /// Of the connections of this server and of another one.
  public SendHistory plus(SendHistory other) {
    List<SendRecord> both = new ArrayList<>(all);
    both.addAll(other.all);
    both.sort(NEWEST_FIRST);
    return new SendHistory(both, Math.max(since, other.since));
  }

  /// The connections on which a notification was sent, until it was revoked. A connection that had
  /// ended before the notification was stored is not included, whatever had its offset then.
  public List<SendRecord> of(DeliveryStatus deliveryStatus) {
    return all.stream()
        .filter(one -> one.ended() == null || one.ended() >= deliveryStatus.publication().time())
        .filter(one -> one.includes(deliveryStatus.publication()))
        .filter(one ->
            deliveryStatus.revoked() == null
                || one.time(deliveryStatus.publication()) < deliveryStatus.revoked())
        .toList();
  }

  /// The open connections.
  public List<SendRecord> open() {
    return all.stream().filter(one -> one.ended() == null).toList();
  }
}
