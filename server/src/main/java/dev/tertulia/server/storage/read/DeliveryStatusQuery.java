package dev.tertulia.server.storage.read;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.notification.InboxLog.DeliveryStatus;
import dev.tertulia.server.notification.InboxLog.OnDevice;
import dev.tertulia.server.notification.InboxLog.Visits;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.OffsetRanges;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Determines the delivery status of notifications in the inbox of one client. For one thread,
/// within a transaction.
final class DeliveryStatusQuery {
  /// Where and when an entry of a topic was revoked.
  static final String REVOKED =
      "SELECT entry_offset, time FROM entry WHERE topic_id = ? AND target = ? AND kind = 7"
          + " ORDER BY entry_offset LIMIT 1";

  /// When a client has read something, oldest first.
  static final String READINGS =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM entry WHERE topic_id = ? AND entry_offset IN (SELECT entry_offset FROM entry"
          + " WHERE topic_id = ? AND kind = 6 AND entry_offset > ? ORDER BY entry_offset LIMIT ?)"
          + " ORDER BY entry_offset";

  /// The most times of reading that are looked through for a page.
  private static final int MOST_READINGS = 10_000;

  private final InboxView view;

  DeliveryStatusQuery(InboxView view) {
    this.view = view;
  }

  /// The deliveryStatuses of these notifications, in their order.
  List<DeliveryStatus> of(List<EntryRow> rows) throws SQLException {
    OffsetRanges own = view.read(false);
    OffsetRanges all = view.read(true);
    List<Device> devices = devices();
    Map<EntryRow, EntryRow> readings = readings(rows, own, all);
    List<DeliveryStatus> deliveryStatuses = new ArrayList<>(rows.size());
    for (EntryRow row : rows) {
      boolean broadcast = isBroadcast(row);
      Revoked revoked = row.deleted() ? revoked(view.querying(), row) : null;
      EntryRow reading = readings.get(row);
      boolean read = (broadcast ? all : own).holds(row.offset());
      if (revoked != null && (reading == null || !isBefore(reading, revoked, broadcast))) {
        // What was revoked is passed with the rest, and not read.
        read = false;
      }
      deliveryStatuses.add(
          new DeliveryStatus(
              row.publication(
                  broadcast ? TopicName.BROADCASTS : TopicName.inbox(view.client()),
                  view.querying()),
              view.client(),
              visits(view.row()),
              revoked == null ? null : revoked.time,
              read,
              read && reading != null ? reading.time() : null,
              devices.stream().map(device -> device.on(row, broadcast)).toList()));
    }
    return deliveryStatuses;
  }

  static @Nullable Visits visits(@Nullable ClientRow row) {
    return row == null ? null : visitsOf(row);
  }

  static Visits visitsOf(ClientRow row) {
    return new Visits(new ClientId(row.client()), row.first(), row.connected() ? row.seen() : null);
  }

  private boolean isBroadcast(EntryRow row) {
    return row.topicId() == view.all().id();
  }

  /// Where, in the log of what was revoked, and when; in Unix milliseconds.
  record Revoked(long offset, long time) {}

  /// What is known of the revocation of `row`, which has lost its text.
  static Revoked revoked(Querying querying, EntryRow row) throws SQLException {
    try (ResultSet result =
        querying.query(
            REVOKED,
            in -> {
              in.number(row.topicId());
              in.number(row.offset());
            })) {
      // A notification whose sender was erased has lost its text without having been revoked.
      return result.next()
          ? new Revoked(result.getLong(1), result.getLong(2))
          : new Revoked(row.offset(), row.time());
    }
  }

  private boolean isBefore(EntryRow reading, Revoked revoked, boolean broadcast)
      throws SQLException {
    return (broadcast ? view.broadcastsBefore(reading) : reading.offset()) < revoked.offset;
  }

  /// A device, and what it has shown of both logs.
  private record Device(DeviceRow row, OffsetRanges own, OffsetRanges all) {
    private OnDevice on(EntryRow entry, boolean broadcast) {
      boolean shown = (broadcast ? all : own).holds(entry.offset());
      long acked = broadcast ? row.broadcasts() : row.personal();
      boolean delivered = shown || (!entry.deleted() && acked >= entry.offset());
      return new OnDevice(row.device(), delivered, shown, row.heard());
    }
  }

  private List<Device> devices() throws SQLException {
    List<Device> devices = new ArrayList<>();
    for (DeviceRow row : view.devices()) {
      devices.add(new Device(row, view.shown(row.device(), false), view.shown(row.device(), true)));
    }
    return devices;
  }

  /// Of those of `rows` that were read the first entry that says so.
  private Map<EntryRow, EntryRow> readings(List<EntryRow> rows, OffsetRanges own, OffsetRanges all)
      throws SQLException {
    List<EntryRow> sought = new ArrayList<>();
    for (EntryRow row : rows) {
      if ((isBroadcast(row) ? all : own).holds(row.offset())) {
        sought.add(row);
      }
    }
    Map<EntryRow, EntryRow> found = new HashMap<>();
    if (sought.isEmpty()) {
      return found;
    }
    for (EntryRow reading : readings(begin(sought))) {
      if (reading.shown(TopicName.inbox(view.client()), view.querying())
          instanceof Entry.InboxRead read) {
        InboxView.Found upTo = found(read.upTo());
        sought.removeIf(row -> {
          boolean reads = reads(read, upTo, row);
          if (reads) {
            found.put(row, reading);
          }
          return reads;
        });
      }
    }
    return found;
  }

  /// Where in the client's own log a reading of one of these may begin.
  private long begin(List<EntryRow> sought) throws SQLException {
    long begin = Long.MAX_VALUE;
    for (EntryRow row : sought) {
      NotificationId id =
          new NotificationId(
              isBroadcast(row) ? TopicName.BROADCASTS : TopicName.inbox(view.client()),
              row.position());
      InboxView.Found found = view.find(id);
      begin = Math.min(begin, found == null ? view.own().floor() : found.own());
    }
    return begin;
  }

  private List<EntryRow> readings(long after) throws SQLException {
    List<EntryRow> readings = new ArrayList<>();
    try (ResultSet result =
        view.querying()
            .query(
                READINGS,
                in -> {
                  in.number(view.own().id());
                  in.number(view.own().id());
                  in.number(after);
                  in.number(MOST_READINGS);
                })) {
      while (result.next()) {
        readings.add(EntryRow.asItStands(view.querying(), result, 1));
      }
    }
    return readings;
  }

  private InboxView.@Nullable Found found(@Nullable String name) throws SQLException {
    NotificationId id = name == null ? null : NotificationId.parse(name);
    return id == null ? null : view.find(id);
  }

  private boolean reads(Entry.InboxRead read, InboxView.@Nullable Found upTo, EntryRow row) {
    if (upTo != null) {
      return row.offset() <= (isBroadcast(row) ? upTo.all() : upTo.own());
    }
    TopicName topic = isBroadcast(row) ? TopicName.BROADCASTS : TopicName.inbox(view.client());
    return read.ids().contains(new NotificationId(topic, row.position()).toString());
  }
}
