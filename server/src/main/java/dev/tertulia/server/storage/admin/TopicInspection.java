package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.LogException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/// The part of an [Inspection] that reads the topics and all entries in parallel, in the order of
/// topics: checksum and body of every row, no missing offset between floor and head, and the counts
/// in the row of the topic.
final class TopicInspection {
  private static final String PART = "the topics and their entries";

  private final Inspection inspection;
  private long rows;

  /// The entry at which the reading stands: the topic's id, [Long#MAX_VALUE] at the end.
  private long topicId;

  private long offset;
  private int bodyBytes;

  TopicInspection(Inspection inspection) {
    this.inspection = inspection;
  }

  void run() throws SQLException {
    try (Statement topicStatement = inspection.snapshot().statement();
        Statement entryStatement = inspection.snapshot().statement();
        ResultSet topics =
            topicStatement.executeQuery("SELECT " + TopicRow.COLUMNS + " FROM topic ORDER BY id");
        ResultSet entries =
            entryStatement.executeQuery(
                "SELECT " + EntryRow.COLUMNS + " FROM entry ORDER BY topic_id, entry_offset")) {
      next(entries);
      while (topics.next()) {
        long id = topics.getLong(1);
        orphans(entries, id);
        TopicRow topic = inspection.checked(PART, topics, TopicRow::read);
        topic(entries, id, topic);
      }
      orphans(entries, Long.MAX_VALUE);
    }
  }

  /// Passes the entries of topics that are not there.
  private void orphans(ResultSet entries, long before) throws SQLException {
    long last = -1;
    while (topicId < before) {
      if (topicId != last) {
        found("topic %s: it has entries but no row".formatted(topicId));
        last = topicId;
      }
      next(entries);
    }
  }

  private void topic(ResultSet entries, long id, @Nullable TopicRow topic) throws SQLException {
    long count = 0;
    long bytes = 0;
    long previous = topic == null ? -1 : topic.floor();
    while (topicId == id) {
      if (previous >= 0 && offset != previous + 1) {
        found(
            "topic %s: offset %s is followed by %s, the entries between them are missing"
                .formatted(id, previous, offset));
      }
      previous = offset;
      count++;
      bytes += bodyBytes;
      next(entries);
    }
    if (topic == null) {
      return;
    }
    if (previous != topic.head()) {
      found(
          "topic %s: its head is %s, but its last entry is %s"
              .formatted(id, topic.head(), previous));
    }
    if (count != topic.entries() || bytes != topic.bytes()) {
      found(
          "topic %s: it has %s entries with %s bytes, but its row counts %s with %s"
              .formatted(id, count, bytes, topic.entries(), topic.bytes()));
    }
  }

  private void next(ResultSet entries) throws SQLException {
    if (!entries.next()) {
      topicId = Long.MAX_VALUE;
      return;
    }
    inspection.tick(PART, ++rows);
    topicId = entries.getLong(1);
    offset = entries.getLong(2);
    byte[] body = entries.getBytes(10);
    bodyBytes = body == null ? 0 : body.length;
    EntryRow row = inspection.checked(PART, entries, EntryRow::read);
    if (row != null) {
      readable(row);
    }
  }

  private void readable(EntryRow row) {
    try {
      row.entry();
    } catch (LogException | IllegalArgumentException e) {
      inspection.found(PART, "%s: %s".formatted(row.place(), e.getMessage()), Inspection.DELETE);
    }
  }

  private void found(String what) {
    inspection.found(PART, what, inspection.export());
  }
}
