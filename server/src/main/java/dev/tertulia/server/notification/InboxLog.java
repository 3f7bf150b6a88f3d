package dev.tertulia.server.notification;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What inboxes hold, as things are now, and what became of each notification. An inbox is the
/// client's own notifications and the broadcasts since it was first seen, in the order in which
/// they were stored.
///
/// Every method may wait for a disk: not on a loop. Each throws a
/// [dev.tertulia.server.topic.LogException] if the log can't be read now, or is damaged there. Each
/// finds all of one moment.
public interface InboxLog {
  /// Unread notifications of a client's own are counted so far and no further, and so are
  /// broadcasts.
  int MOST_UNREAD = 10_000;

  /// So many clients are looked at to count what became of a broadcast.
  int MOST_COUNTED = 250_000;

  /// An entry of an inbox, for its client.
  ///
  /// @param publication its `id` is the [NotificationId] as text, if it is a notification
  /// @param read whether it is a notification that the client has read
  record Item(Publication publication, boolean read) {}

  /// A page of notifications.
  ///
  /// @param items oldest first; none that was revoked
  /// @param unread how many are unread in the whole inbox
  /// @param more whether there are more in the direction that was asked for
  record Page(List<Item> items, int unread, boolean more) {
    public Page {
      items = List.copyOf(items);
    }
  }

  /// A part of both logs: notifications, and what was done to them.
  ///
  /// @param items oldest first; those that were revoked are among them, without their text
  /// @param begin where it begins, in both logs; `null` for wherever the newest do
  /// @param end the position of the last of them, in both logs
  /// @param more whether there is more after that
  record Stretch(List<Item> items, @Nullable InboxPosition begin, InboxPosition end, boolean more) {
    public Stretch {
      items = List.copyOf(items);
    }
  }

  /// When a client was here.
  ///
  /// @param first when it first connected or was notified, in Unix milliseconds
  /// @param last when it was last known to be connected, within an hour or so, in Unix
  ///   milliseconds; `null` if it never was
  record Visits(ClientId client, long first, @Nullable Long last) {}

  /// What a device has told of a notification.
  ///
  /// @param delivered whether it has acknowledged that it has it; of a notification that was
  ///   revoked it is only known whether it was shown
  /// @param shown whether it has shown it to a person
  /// @param heard when it last told anything, in Unix milliseconds
  record OnDevice(String device, boolean delivered, boolean shown, long heard) {}

  /// What became of one notification for one client. [Explanation] says it in words.
  ///
  /// @param publication the notification; without its text if it was revoked
  /// @param visits of the client; `null` if it is not known (any more)
  /// @param revoked when it was revoked, in Unix milliseconds; `null` if it was not
  /// @param isRead whether the client has read it
  /// @param readAt when, in Unix milliseconds; `null` if it did not, or if that is not kept any
  ///   more
  /// @param devices all that the client is known to have
  record Fate(
      Publication publication,
      ClientId client,
      @Nullable Visits visits,
      @Nullable Long revoked,
      boolean isRead,
      @Nullable Long readAt,
      List<OnDevice> devices) {
    public Fate {
      devices = List.copyOf(devices);
    }

    /// Whether a device has it, or a person has read it.
    public boolean isDelivered() {
      return isRead || devices.stream().anyMatch(device -> device.delivered || device.shown);
    }

    /// Whether a person has seen it.
    public boolean isShown() {
      return isRead || devices.stream().anyMatch(OnDevice::shown);
    }

    /// Whether it waits for the client.
    public boolean isWaiting() {
      return revoked == null && !isDelivered();
    }
  }

  /// What became of a notification.
  sealed interface Ledger {
    /// The notification; without its text if it was revoked.
    Publication publication();

    /// When it was revoked, in Unix milliseconds; `null` if it was not.
    @Nullable Long revoked();

    /// Of one to a single client.
    record Personal(Fate fate) implements Ledger {
      @Override
      public Publication publication() {
        return fate.publication;
      }

      @Override
      public @Nullable Long revoked() {
        return fate.revoked;
      }
    }

    /// Of one to all: counts, and some of those for whom it waits. What is acknowledged and read up
    /// to some place passes what was revoked: of that only those count who have shown it.
    ///
    /// @param clients in how many inboxes it is
    /// @param counted of how many of them what follows is counted: of all, or of those of the first
    ///   [#MOST_COUNTED] clients by name
    /// @param delivered how many clients have a device that has it, or have read it
    /// @param shown how many have seen it
    /// @param read how many have read it
    /// @param waiting the first clients for whom it waits, by id; empty if it was revoked
    record Broadcast(
        Publication publication,
        @Nullable Long revoked,
        long clients,
        long counted,
        long delivered,
        long shown,
        long read,
        List<Visits> waiting)
        implements Ledger {
      public Broadcast {
        waiting = List.copyOf(waiting);
      }
    }
  }

  /// What was sent to a client.
  ///
  /// @param fates newest first; those that were revoked are among them
  /// @param more whether there are older ones
  record Fates(List<Fate> fates, boolean more) {
    public Fates {
      fates = List.copyOf(fates);
    }
  }

  /// How many notifications of `client` are unread: of its own, and broadcasts.
  int unread(ClientId client);

  /// The notifications before one, the nearest `limit` of them.
  ///
  /// @param before `null` for the newest
  /// @param unreadOnly whether those that were read are passed over
  /// @return `null` if the inbox does not hold `before`
  @Nullable Page before(
      ClientId client, @Nullable NotificationId before, int limit, boolean unreadOnly);

  /// The notifications after one, the nearest `limit` of them.
  ///
  /// @return `null` if the inbox does not hold `after`
  @Nullable Page after(ClientId client, NotificationId after, int limit, boolean unreadOnly);

  /// The entries after a position, which may have one part.
  ///
  /// @param entries the most; `bytes` the most text, unless a single entry has more
  /// @return `null` if completeness can't be shown: the logs do not hold that position, or no
  ///   longer
  @Nullable Stretch since(ClientId client, InboxPosition after, int entries, int bytes);

  /// The newest notifications that were not revoked; the end is that of both logs.
  Stretch newest(ClientId client, int entries, int bytes);

  /// How many entries there are after a position that is good, counted up to `most`.
  int countSince(ClientId client, InboxPosition after, int most);

  /// What became of a notification.
  ///
  /// @param waiting the most clients that are named for whom a broadcast waits
  /// @return `null` if there is none by that id
  @Nullable Ledger ledger(NotificationId id, int waiting);

  /// What was sent to a client, and what became of each.
  ///
  /// @param before `null` for the newest
  /// @return `null` if the inbox does not hold `before`
  @Nullable Fates fates(ClientId client, @Nullable NotificationId before, int limit);

  /// When a client was here; `null` if it is not known (any more).
  @Nullable Visits visits(ClientId client);
}
