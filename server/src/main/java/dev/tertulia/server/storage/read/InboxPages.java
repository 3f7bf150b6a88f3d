package dev.tertulia.server.storage.read;

import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.TopicBounds;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads an inbox as one sequence: both of its logs in their common order. For one thread, within a
/// transaction.
final class InboxPages {
  private final InboxView view;

  InboxPages(InboxView view) {
    this.view = view;
  }

  /// Rows of both logs.
  ///
  /// @param rows oldest first
  /// @param more whether there are more in the direction that was asked for
  record Rows(List<EntryRow> rows, boolean more) {}

  /// How far both logs are: what a page begins after, or ends before.
  ///
  /// @param own an offset of the client's own log, left out
  /// @param all an offset of the broadcasts, left out
  record Edge(long own, long all) {
    static final Edge NEWEST = new Edge(Long.MAX_VALUE, Long.MAX_VALUE);

    static Edge before(InboxView.Found found, boolean broadcast) {
      return broadcast
          ? new Edge(found.own() + 1, found.all())
          : new Edge(found.own(), found.all() + 1);
    }

    static Edge after(InboxView.Found found) {
      return new Edge(found.own(), found.all());
    }
  }

  /// The notifications before `edge`, the nearest `limit` of them.
  ///
  /// @param bytes the most text, unless one has more
  Rows before(Edge edge, int limit, int bytes, boolean revokedToo, boolean unreadOnly)
      throws SQLException {
    NotificationCursor own =
        side(false, true, view.own().floor(), edge.own, revokedToo, unreadOnly);
    NotificationCursor all = side(true, true, begin(), edge.all, revokedToo, unreadOnly);
    Rows rows = merge(own, all, true, limit, bytes);
    Collections.reverse(rows.rows);
    return rows;
  }

  /// The notifications after `edge`, the nearest `limit` of them.
  Rows after(Edge edge, int limit, int bytes, boolean unreadOnly) throws SQLException {
    NotificationCursor own = side(false, false, edge.own, Long.MAX_VALUE, false, unreadOnly);
    NotificationCursor all =
        side(true, false, Math.max(edge.all, begin()), Long.MAX_VALUE, false, unreadOnly);
    return merge(own, all, false, limit, bytes);
  }

  private long begin() {
    return Math.max(view.since(), view.all().floor());
  }

  private NotificationCursor side(
      boolean broadcast,
      boolean backwards,
      long above,
      long below,
      boolean revokedToo,
      boolean unreadOnly)
      throws SQLException {
    return new NotificationCursor(
        view.querying(),
        view.ends(broadcast),
        backwards,
        revokedToo,
        above,
        below,
        unreadOnly ? view.read(broadcast) : null);
  }

  private Rows merge(
      NotificationCursor own, NotificationCursor all, boolean backwards, int limit, int bytes)
      throws SQLException {
    List<EntryRow> rows = new ArrayList<>(Math.min(limit, 64));
    long text = 0;
    while (true) {
      EntryRow first = own.peek();
      EntryRow second = all.peek();
      EntryRow next = nearer(first, second, backwards);
      if (next == null) {
        return new Rows(rows, false);
      }
      text += next.body().length;
      if (rows.size() == limit || (text > bytes && !rows.isEmpty())) {
        return new Rows(rows, true);
      }
      rows.add(next);
      (next.equals(first) ? own : all).advance();
    }
  }

  private @Nullable EntryRow nearer(
      @Nullable EntryRow own, @Nullable EntryRow all, boolean backwards) throws SQLException {
    if (own == null || all == null) {
      return own == null ? all : own;
    }
    boolean ownIsNewer = all.offset() <= view.broadcastsBefore(own);
    return ownIsNewer == backwards ? own : all;
  }

  /// The entries after `cut`, of every kind.
  ///
  /// @return with the place of the last
  RowsUpTo since(InboxView.Cut cut, int entries, int bytes) throws SQLException {
    Run own = run(view.own(), cut.own().offset(), entries, bytes / 2);
    Run all = run(view.all(), cut.all().offset(), entries, bytes / 2);
    List<EntryRow> rows = new ArrayList<>();
    InboxView.Cut end = cut;
    int next = 0;
    for (EntryRow row : own.rows) {
      long before = view.broadcastsBefore(row);
      while (next < all.rows.size() && all.rows.get(next).offset() <= before) {
        rows.add(all.rows.get(next++));
      }
      if (next == all.rows.size() && all.more && before > all.last) {
        return cutOff(rows, end, entries, true);
      }
      rows.add(row);
    }
    if (!own.more) {
      // Otherwise what follows in the other log may come before.
      rows.addAll(all.rows.subList(next, all.rows.size()));
      next = all.rows.size();
    }
    return cutOff(rows, end, entries, own.more || all.more || next < all.rows.size());
  }

  /// Rows, and where both logs are with the last of them.
  record RowsUpTo(List<EntryRow> rows, InboxView.Cut end, boolean more) {}

  private RowsUpTo cutOff(List<EntryRow> rows, InboxView.Cut begin, int entries, boolean more) {
    List<EntryRow> taken = rows.subList(0, Math.min(entries, rows.size()));
    InboxView.Cut end = begin;
    for (EntryRow row : taken) {
      end =
          row.topicId() == view.own().id()
              ? new InboxView.Cut(row.position(), end.all())
              : new InboxView.Cut(end.own(), row.position());
    }
    return new RowsUpTo(List.copyOf(taken), end, more || taken.size() < rows.size());
  }

  /// Entries of one log, without a hole.
  ///
  /// @param last the offset of the last, or where it began
  private record Run(List<EntryRow> rows, long last, boolean more) {}

  private Run run(TopicBounds log, long after, int entries, int bytes) throws SQLException {
    List<EntryRow> rows = new ArrayList<>();
    long text = 0;
    long last = after;
    try (ResultSet result =
        view.querying()
            .query(
                SqlLog.SINCE,
                in -> {
                  in.number(log.id());
                  in.number(after);
                  in.number(entries);
                })) {
      while (result.next()) {
        EntryRow row = EntryRow.asItStands(view.querying(), result, 1);
        SqlLog.requireNext(last, row.offset());
        text += row.body().length;
        if (text > bytes && !rows.isEmpty()) {
          return new Run(rows, last, true);
        }
        rows.add(row);
        last = row.offset();
      }
    }
    if (rows.size() < entries) {
      SqlLog.requireNext(last, log.head() + 1);
    }
    return new Run(rows, last, last < log.head());
  }
}
