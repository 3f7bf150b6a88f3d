package dev.tertulia.server.storage.read;

import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.OffsetRanges;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.topic.Position;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an [InboxView] is made of: rows that are read when they are asked for, as [SqlInboxRows]
/// does, or have been loaded before. For one thread, within a transaction.
public interface InboxRows {
  /// Which notifications a client has read.
  OffsetRanges read(String client, boolean broadcast) throws SQLException;

  /// The devices of a client, the longest silent first.
  List<DeviceRow> devices(String client) throws SQLException;

  /// Which notifications of a log a device has shown.
  OffsetRanges shown(String client, String device, boolean broadcast) throws SQLException;

  /// How many notifications that were not revoked there are after `from` and up to `to` in none of
  /// `spans`, counted up to `most`.
  int live(TopicBounds log, long from, long to, List<OffsetRanges.Span> spans, int most)
      throws SQLException;

  /// Whether there is no notification between two offsets, both excluded.
  boolean isEmpty(TopicBounds log, long one, long other) throws SQLException;

  /// The entry at an offset, though it be damaged; `null` if there is none.
  @Nullable EntryRow entry(TopicBounds log, long offset) throws SQLException;

  /// Entries of a client's own log, without holes and in order, among which there probably is the
  /// last that was stored before a broadcast; empty if none were looked for.
  default List<EntryRow> around(TopicBounds own, long broadcast) {
    return List.of();
  }

  /// Its position.
  default @Nullable Position position(TopicBounds log, long offset) throws SQLException {
    EntryRow entry = entry(log, offset);
    return entry == null ? null : entry.position();
  }
}
