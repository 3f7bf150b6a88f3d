package dev.tertulia.server.notification;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the current state of inboxes and the delivery status of notifications. An inbox consists
/// of the client's own notifications and of the broadcasts since the client was first seen, in the
/// order in which they were stored.
///
/// All methods may block on a disk and must not be called on an event loop. They throw a
/// [dev.tertulia.server.topic.LogException] if the log can't be read at the moment or is damaged at
/// that place. Each call reads a consistent snapshot.
public interface InboxLog {
  /// The limit up to which unread notifications of a client are counted; the same limit holds for
  /// broadcasts.
  int MOST_UNREAD = 10_000;

  /// The maximum number of clients examined to count the delivery of a broadcast.
  int MOST_COUNTED = 250_000;

  /// An entry of an inbox, as its client sees it.
  ///
  /// @param publication the entry; the `id` of a notification is its [NotificationId] as text
  /// @param read whether it is a notification that the client has read
  record Item(Publication publication, boolean read) {}

  /// A page of notifications.
  ///
  /// @param items oldest first, without revoked ones
  /// @param unread the number of unread notifications in the whole inbox
  /// @param more whether there are more in the requested direction
  record Page(List<Item> items, int unread, boolean more) {
    public Page {
      items = List.copyOf(items);
    }
  }

  /// A page of both logs: notifications and changes of their state.
  ///
  /// @param items oldest first, including revoked notifications without their text
  /// @param begin the position in both logs at which it begins; `null` for the newest entries
  /// @param end the position of the last item, in both logs
  /// @param more whether more entries follow
  record LogPage(List<Item> items, @Nullable InboxPosition begin, InboxPosition end, boolean more) {
    public LogPage {
      items = List.copyOf(items);
    }
  }

  /// The times at which a client was connected.
  ///
  /// @param first when it first connected or was notified, in Unix milliseconds
  /// @param last when it was last known to be connected, to within an hour, in Unix milliseconds;
  ///   `null` for never
  record Visits(ClientId client, long first, @Nullable Long last) {}

  /// What a device has reported about a notification.
  ///
  /// @param delivered whether the device has acknowledged it; of a revoked notification it is only
  ///   known whether it was shown
  /// @param shown whether the device has shown it to a person
  /// @param heard when the device last reported anything, in Unix milliseconds
  record OnDevice(String device, boolean delivered, boolean shown, long heard) {}

  /// The delivery status of one notification for one client. [Explanation] puts it into words.
  ///
  /// @param publication the notification, without its text if it was revoked
  /// @param visits when the client was connected; `null` if that is not known or no longer kept
  /// @param revoked when it was revoked, in Unix milliseconds; `null` if it was not
  /// @param isRead whether the client has read it
  /// @param readAt when it was read, in Unix milliseconds; `null` if it was not, or if the time is
  ///   no longer kept
  /// @param devices all known devices of the client
  record DeliveryStatus(
      Publication publication,
      ClientId client,
      @Nullable Visits visits,
      @Nullable Long revoked,
      boolean isRead,
      @Nullable Long readAt,
      List<OnDevice> devices) {
    public DeliveryStatus {
      devices = List.copyOf(devices);
    }

    /// Whether a device has it or a person has read it.
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

  /// The delivery status of a notification.
  sealed interface Ledger {
    /// The notification, without its text if it was revoked.
    Publication publication();

    /// When it was revoked, in Unix milliseconds; `null` if it was not.
    @Nullable Long revoked();

    /// The status of a notification to a single client.
    record Personal(DeliveryStatus deliveryStatus) implements Ledger {
      @Override
      public Publication publication() {
        return deliveryStatus.publication;
      }

      @Override
      public @Nullable Long revoked() {
        return deliveryStatus.revoked;
      }
    }

    /// The status of a broadcast: counts, and some of the clients for which it waits.
    /// Acknowledgements and read marks cover all notifications up to a position, including revoked
    /// ones; of a revoked one only clients that have shown it are counted.
    ///
    /// @param clients the number of inboxes that contain it
    /// @param counted the number of inboxes to which the following counts refer: all of them, or
    ///   the first [#MOST_COUNTED] by client id
    /// @param delivered the number of clients with a device that has it, or that have read it
    /// @param shown the number of clients that have seen it
    /// @param read the number of clients that have read it
    /// @param waiting the first clients for which it waits, by id; empty if it was revoked
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

  /// The notifications of a client with their delivery status.
  ///
  /// @param deliveryStatuses newest first, including revoked ones
  /// @param more whether there are older ones
  record DeliveryStatuses(List<DeliveryStatus> deliveryStatuses, boolean more) {
    public DeliveryStatuses {
      deliveryStatuses = List.copyOf(deliveryStatuses);
    }
  }

  /// The number of unread notifications of `client`, including broadcasts.
  int unread(ClientId client);

  /// Reads the nearest `limit` notifications before one.
  ///
  /// @param before `null` for the newest
  /// @param unreadOnly whether read notifications are skipped
  /// @return `null` if the inbox does not contain `before`
  @Nullable Page before(
      ClientId client, @Nullable NotificationId before, int limit, boolean unreadOnly);

  /// Reads the nearest `limit` notifications after one.
  ///
  /// @return `null` if the inbox does not contain `after`
  @Nullable Page after(ClientId client, NotificationId after, int limit, boolean unreadOnly);

  /// Reads the entries after a position, which may have only one part.
  ///
  /// @param entries the maximum number of entries; `bytes` is the maximum size of their texts,
  ///   except for a single larger entry
  /// @return `null` if completeness can't be guaranteed, because the logs do not contain that
  ///   position, or no longer
  @Nullable LogPage since(ClientId client, InboxPosition after, int entries, int bytes);

  /// Reads the newest notifications that were not revoked; the end is that of both logs.
  LogPage newest(ClientId client, int entries, int bytes);

  /// The number of entries after a valid position, counted up to `most`.
  int countSince(ClientId client, InboxPosition after, int most);

  /// The delivery status of a notification.
  ///
  /// @param waiting the maximum number of clients listed as waiting for a broadcast
  /// @return `null` if no notification has that id
  @Nullable Ledger ledger(NotificationId id, int waiting);

  /// Reads the notifications of a client with their delivery status.
  ///
  /// @param before `null` for the newest
  /// @return `null` if the inbox does not contain `before`
  @Nullable DeliveryStatuses deliveryStatuses(
      ClientId client, @Nullable NotificationId before, int limit);

  /// When a client was connected; `null` if that is not known or no longer kept.
  @Nullable Visits visits(ClientId client);

  /// The known clients whose ids begin with `prefix` and come after `after`, ordered by id; at most
  /// `limit`.
  ///
  /// @param prefix empty for all
  /// @param after empty for the first page
  List<Visits> clients(String prefix, String after, int limit);

  /// A device of a client.
  ///
  /// @param device the name that the client gave it
  /// @param heard when it last reported anything, in Unix milliseconds
  record Device(String device, long heard) {}

  /// The known devices of a client, the one that reported last first.
  List<Device> devices(ClientId client);
}
