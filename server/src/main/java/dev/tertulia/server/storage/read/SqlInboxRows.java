package dev.tertulia.server.storage.read;

import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.InboxReadRow;
import dev.tertulia.server.storage.rows.OffsetRanges;
import dev.tertulia.server.storage.rows.ShownRow;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.storage.sql.Querying;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads what is asked for from the database.
public final class SqlInboxRows implements InboxRows {
  private final Querying querying;

  public SqlInboxRows(Querying querying) {
    this.querying = querying;
  }

  @Override
  public OffsetRanges read(String client, boolean broadcast) throws SQLException {
    return InboxReadRow.of(querying, client, broadcast);
  }

  @Override
  public List<DeviceRow> devices(String client) throws SQLException {
    return DeviceRow.of(querying, client);
  }

  @Override
  public OffsetRanges shown(String client, String device, boolean broadcast) throws SQLException {
    return ShownRow.of(querying, client, device, broadcast);
  }

  @Override
  public int live(TopicBounds log, long from, long to, List<OffsetRanges.Span> spans, int most)
      throws SQLException {
    return spans.isEmpty() ? live(log, from, to, most) : liveBeside(spans, log, from, to, most);
  }

  /// How many notifications there are after `from` and up to `to` in none of `spans`, counted up to
  /// `most`.
  private int liveBeside(
      List<OffsetRanges.Span> spans, TopicBounds log, long from, long to, int most)
      throws SQLException {
    int count = 0;
    int next = 0;
    try (ResultSet result =
        querying.query(
            InboxView.LIVE_OFFSETS,
            in -> {
              in.number(log.id());
              in.number(from);
              in.number(to);
            })) {
      while (count < most && result.next()) {
        long offset = result.getLong(1);
        while (next < spans.size() && spans.get(next).last() < offset) {
          next++;
        }
        if (next == spans.size() || offset < spans.get(next).first()) {
          count++;
        }
      }
    }
    return count;
  }

  /// How many notifications there are after `from` and up to `to`, counted up to `most`.
  private int live(TopicBounds log, long from, long to, int most) throws SQLException {
    try (ResultSet result =
        querying.query(
            InboxView.LIVE,
            in -> {
              in.number(log.id());
              in.number(from);
              in.number(to);
              in.number(most);
            })) {
      return result.next() ? result.getInt(1) : 0;
    }
  }

  @Override
  public boolean isEmpty(TopicBounds log, long one, long other) throws SQLException {
    return OffsetRanges.between(querying, log.id()).isEmpty(one, other);
  }

  @Override
  public @Nullable EntryRow entry(TopicBounds log, long offset) throws SQLException {
    try (ResultSet result =
        querying.query(
            SqlLog.ENTRY,
            in -> {
              in.number(log.id());
              in.number(offset);
            })) {
      return result.next() ? EntryRow.asItStands(querying, result, 1) : null;
    }
  }
}
