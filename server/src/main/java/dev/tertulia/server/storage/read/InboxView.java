package dev.tertulia.server.storage.read;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.OffsetRanges;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The inbox of one client in one transaction: its own log, the broadcasts, and their common order.
///
/// The order follows from the entries of the client's own log, each of which records the head of
/// the broadcasts when it was stored. So a position in one log determines the position in the
/// other. For one thread, within the transaction.
///
/// @param own the client's own log
/// @param all the broadcasts
/// @param row `null` if the client is not known
/// @param rows what it is made of
public record InboxView(
    Querying querying,
    ClientId client,
    TopicBounds own,
    TopicBounds all,
    @Nullable ClientRow row,
    InboxRows rows) {
  /// The notifications that were not revoked between two offsets, in order.
  static final String LIVE_OFFSETS =
      "SELECT entry_offset FROM entry WHERE topic_id = ? AND kind = 5 AND deleted = 0"
          + " AND entry_offset > ? AND entry_offset <= ? ORDER BY entry_offset";

  /// How many there are.
  static final String LIVE = "SELECT count(*) FROM (" + LIVE_OFFSETS + " LIMIT ?) AS live";

  /// Entries before one, the nearest first.
  private static final String EARLIER =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM entry WHERE topic_id = ? AND entry_offset < ?"
          + " ORDER BY entry_offset DESC LIMIT ?";

  /// The number of unreadable entries after which no readable one is looked for.
  private static final int MOST_UNREADABLE = 1_000;

  /// One that is read when it is looked at.
  public InboxView(
      Querying querying,
      ClientId client,
      TopicBounds own,
      TopicBounds all,
      @Nullable ClientRow row) {
    this(querying, client, own, all, row, new SqlInboxRows(querying));
  }

  /// Ranges up to this length are read and skipped rather than excluded from the query.
  private static final int SHORT = 64;

  /// Up to this number, ranges are queried one by one.
  private static final int FEW = 64;

  /// A place in both logs, good in both.
  public record Cut(Position own, Position all) {
    InboxPosition position() {
      return new InboxPosition(own, all);
    }
  }

  /// A notification of the inbox, and how far both logs were with it.
  public record Found(EntryRow row, long own, long all) {}

  /// The inbox holds the broadcasts past this offset.
  public long since() {
    return row == null ? all.head() : row.since();
  }

  public TopicBounds ends(boolean broadcast) {
    return broadcast ? all : own;
  }

  /// Which notifications the client has read.
  public OffsetRanges read(boolean broadcast) throws SQLException {
    return rows.read(client.value(), broadcast);
  }

  /// The devices of the client, the longest silent first.
  public List<DeviceRow> devices() throws SQLException {
    return rows.devices(client.value());
  }

  /// Which notifications of a log a device has shown.
  public OffsetRanges shown(String device, boolean broadcast) throws SQLException {
    return rows.shown(client.value(), device, broadcast);
  }

  /// How many are unread if these are read, of either log up to [InboxLog#MOST_UNREAD].
  public int unread(OffsetRanges ownRead, OffsetRanges allRead) throws SQLException {
    int most = InboxLog.MOST_UNREAD;
    return unread(own, own.floor(), own.head(), ownRead, most)
        + unread(all, Math.max(since(), all.floor()), all.head(), allRead, most);
  }

  /// How many after `begin` and up to `to` are unread if these are read, counted up to `most`.
  ///
  /// Counts gap by gap or, where many short ranges lie close together, notification by
  /// notification: for a client that has read every other notification, the log would otherwise be
  /// queried thousands of times. Long ranges of read notifications are not examined.
  public int unread(TopicBounds log, long begin, long to, OffsetRanges read, int most)
      throws SQLException {
    List<OffsetRanges.Span> spans = read.all();
    int count = 0;
    long from = begin;
    int next = 0;
    while (from < to && count < most) {
      int end = next;
      while (end < spans.size() && spans.get(end).length() <= SHORT) {
        end++;
      }
      int until = end - next > FEW ? end : next;
      boolean last = until == spans.size();
      long gapEnd = last ? to : Math.min(to, spans.get(until).first() - 1);
      if (gapEnd > from) {
        count += rows.live(log, from, gapEnd, spans.subList(next, until), most - count);
      }
      from = last ? to : Math.max(from, spans.get(until).last());
      next = until + 1;
    }
    return count;
  }

  /// Asks for notifications between two, revoked ones among them.
  public OffsetRanges.Between between(boolean broadcast) {
    return (one, other) -> rows.isEmpty(ends(broadcast), one, other);
  }

  @Nullable EntryRow entry(TopicBounds log, long offset) throws SQLException {
    return offset <= log.floor() || offset > log.head() ? null : rows.entry(log, offset);
  }

  /// How far the broadcasts were when an entry of the client's own log was stored.
  long broadcastsBefore(EntryRow row) throws SQLException {
    return broadcastsBefore(querying, row);
  }

  /// The same. Of one that can't be read: as far as with the one before it that can.
  public static long broadcastsBefore(Querying querying, EntryRow row) throws SQLException {
    Long known = told(row);
    if (known != null) {
      return known;
    }
    try (ResultSet result =
        querying.query(
            EARLIER,
            in -> {
              in.number(row.topicId());
              in.number(row.offset());
              in.number(MOST_UNREADABLE);
            })) {
      while (result.next()) {
        known = told(EntryRow.asItStands(querying, result, 1));
        if (known != null) {
          return known;
        }
      }
    }
    return 0;
  }

  private static @Nullable Long told(EntryRow row) {
    try {
      return row.entry() instanceof Entry.Inboxed inboxed ? (Long) inboxed.broadcasts() : null;
    } catch (LogException unreadable) {
      return null;
    }
  }

  /// The notification of that id; `null` if the inbox does not hold it.
  public @Nullable Found find(NotificationId id) throws SQLException {
    long offset = id.position().offset();
    EntryRow found = notification(id);
    if (found == null) {
      return null;
    }
    return id.isBroadcast()
        ? new Found(found, Math.max(ownBefore(offset), own.floor()), offset)
        : new Found(found, offset, broadcastsBefore(found));
  }

  /// As [#find], and not how far the logs were.
  public @Nullable EntryRow notification(NotificationId id) throws SQLException {
    long offset = id.position().offset();
    EntryRow found = id.isFor(client) ? entry(ends(id.isBroadcast()), offset) : null;
    if (found == null
        || found.term() != id.position().term()
        || (found.sound() && !EntryBody.isNotification(found.kind()))
        || (id.isBroadcast() && offset <= since())) {
      return null;
    }
    return found;
  }

  /// Completes a position.
  ///
  /// @return `null` if the logs do not hold it, or no longer
  public @Nullable Cut resolve(InboxPosition at) throws SQLException {
    Position ownAt = at.personal();
    Position allAt = at.broadcasts();
    if ((ownAt != null && !isGood(own, ownAt))
        || (allAt != null && !isGood(all, allAt) && !isStartOfInbox(allAt))) {
      return null;
    }
    if (ownAt == null) {
      long offset = allAt == null ? -1 : ownBefore(allAt.offset());
      ownAt = offset < 0 ? null : positionAt(own, offset);
    }
    long allOffset =
        allAt != null ? allAt.offset() : ownAt == null ? 0 : broadcastsBefore(ownAt.offset());
    if (allAt == null || allOffset < since()) {
      allAt = positionAt(all, Math.max(allOffset, since()));
    }
    return ownAt == null || allAt == null ? null : new Cut(ownAt, allAt);
  }

  /// The end of both logs.
  Cut end() throws SQLException {
    Position ownEnd = positionAt(own, own.head());
    Position allEnd = positionAt(all, all.head());
    if (ownEnd == null || allEnd == null) {
      throw new LogException(
          "the log is damaged: its newest entry is missing. Run './tertulia check'", true, null);
    }
    return new Cut(ownEnd, allEnd);
  }

  private boolean isStartOfInbox(Position at) {
    return at.equals(Position.START) && since() >= all.floor();
  }

  private boolean isGood(TopicBounds log, Position at) throws SQLException {
    if (at.offset() == log.floor()) {
      return at.equals(log.floorPosition());
    }
    return at.equals(positionAt(log, at.offset()));
  }

  private @Nullable Position positionAt(TopicBounds log, long offset) throws SQLException {
    if (offset == log.floor()) {
      return log.floorPosition();
    }
    return offset <= log.floor() || offset > log.head() ? null : rows.position(log, offset);
  }

  /// How far the broadcasts were at a good offset of the client's own log.
  private long broadcastsBefore(long offset) throws SQLException {
    if (offset == own.floor()) {
      return offset == 0 ? 0 : row == null ? all.head() : row.floorBroadcasts();
    }
    EntryRow entry = entry(own, offset);
    return entry == null ? 0 : broadcastsBefore(entry);
  }

  /// The last offset of the client's own log that was stored before the broadcast at `offset`.
  ///
  /// @return -1 if the log does not reach back so far
  private long ownBefore(long offset) throws SQLException {
    long low = own.floor();
    long high = own.head();
    for (EntryRow near : rows.around(own, offset)) {
      // Those outside of what is left are passed over: the order is the same.
      if (near.offset() > low && near.offset() <= high) {
        if (broadcastsBefore(near) < offset) {
          low = near.offset();
        } else {
          high = near.offset() - 1;
        }
      }
    }
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      EntryRow entry = entry(own, middle);
      if (entry != null && broadcastsBefore(entry) < offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    boolean known =
        low > own.floor() || low == 0 || (row != null && row.floorBroadcasts() < offset);
    return known ? low : -1;
  }
}
