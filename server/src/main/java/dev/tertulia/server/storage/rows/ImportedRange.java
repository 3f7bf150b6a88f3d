package dev.tertulia.server.storage.rows;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;

/// A range of notifications in a line of an import.
///
/// @param log where they are
record ImportedRange(String client, boolean broadcast, TopicBounds log, long first, long last) {
  static ImportedRange of(ExportLine line, LogTables tables) throws SQLException, BadLineException {
    String client = line.client();
    boolean broadcast = line.truth("broadcast");
    TopicName name = broadcast ? TopicName.BROADCASTS : TopicName.inbox(new ClientId(client));
    ImportedRange range =
        new ImportedRange(
            client, broadcast, tables.bounds(name), line.count("first"), line.count("last"));
    BadLineException.unless(
        range.first <= range.last && range.last <= range.log.head(),
        "'last' is before 'first', or past the end of its topic");
    return range;
  }

  /// `before`, and this range.
  OffsetRanges with(OffsetRanges before, LogTables tables) throws SQLException {
    return before.with(first, last, OffsetRanges.between(tables, log.id()));
  }
}
