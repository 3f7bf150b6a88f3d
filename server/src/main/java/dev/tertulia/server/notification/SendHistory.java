package dev.tertulia.server.notification;

import dev.tertulia.server.notification.InboxLog.DeliveryStatus;
import java.util.List;

/// What the connections of one client were sent from its inbox, as far as this server knows: all
/// open connections, and the latest of those closed since its start. Nothing of it is stored.
///
/// @param all newest first
/// @param since when the server started, in Unix milliseconds
public record SendHistory(List<SendRecord> all, long since) {
  public SendHistory {
    all = List.copyOf(all);
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
