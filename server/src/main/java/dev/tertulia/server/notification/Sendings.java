package dev.tertulia.server.notification;

import dev.tertulia.server.notification.InboxLog.Fate;
import java.util.List;

/// What the connections of one client were sent of its inbox, as far as this server knows: all that
/// are open, and the latest of those that have ended since it started. Nothing of it is stored.
///
/// @param all the latest first
/// @param since when the server started, in Unix milliseconds
public record Sendings(List<Sending> all, long since) {
  public Sendings {
    all = List.copyOf(all);
  }

  /// Those by which a notification was sent, as long as it was not revoked. A connection that had
  /// ended before it was stored was not sent it, whatever stood at its offset then.
  public List<Sending> of(Fate fate) {
    return all.stream()
        .filter(one -> one.ended() == null || one.ended() >= fate.publication().time())
        .filter(one -> one.includes(fate.publication()))
        .filter(one -> fate.revoked() == null || one.time(fate.publication()) < fate.revoked())
        .toList();
  }

  /// Those that are open.
  public List<Sending> open() {
    return all.stream().filter(one -> one.ended() == null).toList();
  }
}
