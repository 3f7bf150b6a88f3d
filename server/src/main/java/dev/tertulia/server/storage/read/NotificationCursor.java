package dev.tertulia.server.storage.read;

import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.OffsetRanges;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.topic.LogException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Iterates over the notifications of one log of an inbox in one direction, reading them in pieces.
/// For one thread, within a transaction.
final class NotificationCursor {
  /// What is chosen is chosen in the index of notifications alone.
  private static final String CHOSEN =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM entry WHERE topic_id = ? AND entry_offset IN (SELECT entry_offset FROM entry"
          + " WHERE topic_id = ? AND kind = 5 AND deleted <= ?"
          + " AND entry_offset > ? AND entry_offset < ? ORDER BY entry_offset %s LIMIT ?)"
          + " ORDER BY entry_offset %s";

  static final String BACKWARDS = CHOSEN.formatted("DESC", "DESC");
  static final String FORWARDS = CHOSEN.formatted("ASC", "ASC");

  /// How many entries there are between two offsets, and how many of them are to be chosen: from
  /// the rows, found by their key, and not from the index of notifications.
  static final String ALL =
      "SELECT count(*), count(CASE WHEN kind = 5 AND deleted <= ? THEN 1 END)"
          + " FROM entry WHERE topic_id = ? AND entry_offset BETWEEN ? AND ?";

  private static final int PIECE = 64;

  private final Querying querying;
  private final TopicBounds log;
  private final boolean backwards;
  private final boolean revokedToo;
  private final @Nullable OffsetRanges passedOver;
  private final ArrayDeque<EntryRow> ready = new ArrayDeque<>();
  private long low;
  private long high;
  private boolean exhausted;

  /// @param above the offset after which it begins; `below` that before which it ends
  /// @param passedOver what is left out; `null` for nothing
  NotificationCursor(
      Querying querying,
      TopicBounds log,
      boolean backwards,
      boolean revokedToo,
      long above,
      long below,
      @Nullable OffsetRanges passedOver) {
    this.querying = querying;
    this.log = log;
    this.backwards = backwards;
    this.revokedToo = revokedToo;
    this.passedOver = passedOver;
    low = above;
    high = below;
  }

  /// The next one; `null` if there is none.
  @Nullable EntryRow peek() throws SQLException {
    while (true) {
      if (ready.isEmpty() && !exhausted) {
        fill();
      }
      EntryRow next = ready.peek();
      if (next == null || passedOver == null || !passedOver.holds(next.offset())) {
        return next;
      }
      // Behind all that is passed over with it.
      OffsetRanges.Span span = passedOver.around(next.offset());
      if (backwards) {
        high = span.first();
      } else {
        low = span.last();
      }
      ready.clear();
      exhausted = low >= high - 1;
    }
  }

  void advance() {
    ready.poll();
  }

  private void fill() throws SQLException {
    long above = low;
    long below = high;
    int count = 0;
    int sound = 0;
    try (ResultSet result =
        querying.query(
            backwards ? BACKWARDS : FORWARDS,
            in -> {
              in.number(log.id());
              in.number(log.id());
              in.number(revokedToo ? 1 : 0);
              in.number(low);
              in.number(high);
              in.number(PIECE);
            })) {
      while (result.next()) {
        EntryRow row = EntryRow.asItStands(querying, result, 1);
        ready.add(row);
        count++;
        sound += row.sound() ? 1 : 0;
        if (backwards) {
          high = row.offset();
        } else {
          low = row.offset();
        }
      }
    }
    exhausted = count < PIECE;
    if (backwards) {
      requireAll(exhausted ? above + 1 : high, below - 1, count, sound);
    } else {
      requireAll(above + 1, exhausted ? below - 1 : low, count, sound);
    }
  }

  /// An index that is damaged may leave notifications out, without a word: the table, in which
  /// every offset has its entry, must have as many.
  private void requireAll(long from, long to, int count, int sound) throws SQLException {
    long first = Math.max(from, log.floor() + 1);
    long last = Math.min(to, log.head());
    try (ResultSet result =
        querying.query(
            ALL,
            in -> {
              in.number(revokedToo ? 1 : 0);
              in.number(log.id());
              in.number(first);
              in.number(last);
            })) {
      boolean all =
          result.next()
              && result.getLong(1) == Math.max(0, last - first + 1)
              && result.getLong(2) <= count
              // The index and the table may disagree about what is damaged.
              && result.getLong(2) >= sound;
      if (!all) {
        throw new LogException(
            "the log is damaged: notifications are missing between the offsets %s and %s. Run './tertulia check'"
                .formatted(first, last),
            true,
            null);
      }
    }
  }
}
