package dev.tertulia.server.storage.rows;

import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import tools.jackson.core.JsonGenerator;

/// A row of a table that only tests have: where a client has put a bookmark in a room. All that a
/// table needs is in this file; see `NewTableTest`.
public record BookmarkRow(long topicId, String client, long offset, String title) implements Row {
  public static final String CREATE =
      "CREATE TABLE bookmark (topic_id BIGINT NOT NULL, client TEXT NOT NULL,"
          + " entry_offset BIGINT NOT NULL, title TEXT NOT NULL, checksum INTEGER NOT NULL,"
          + " PRIMARY KEY (topic_id, client)) WITHOUT ROWID";

  public static final Table<BookmarkRow> TABLE =
      Table.replacing(
          "bookmark",
          'k',
          "the bookmarks",
          "topic_id, client, entry_offset, title, checksum",
          2,
          BookmarkRow::read,
          new Lines.InTopic<>(
              new Lines.Count("bookmarks"),
              /* ofLongerLog= */ false,
              BookmarkRow::write,
              BookmarkRow::take),
          new Erasure.Searched("client = ?", 0L, ""));

  @Override
  public Table<BookmarkRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return EntryRow.place(topicId, offset);
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.number(topicId);
    out.text(client);
    out.number(offset);
    out.text(title);
  }

  private static BookmarkRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new BookmarkRow(in.number(), in.text(), in.number(), in.text()));
  }

  private void write(String topic, JsonGenerator out) {
    out.writeStringProperty("topic", topic)
        .writeStringProperty("client", client)
        .writeNumberProperty("offset", offset)
        .writeStringProperty("title", title);
  }

  private static void take(ExportLine line, Lines.Topic topic)
      throws SQLException, BadLineException {
    BookmarkRow row =
        new BookmarkRow(
            topic.id(), line.client(), line.count("offset"), line.text("title", TextRule.TITLE));
    BadLineException.unless(row.offset <= topic.head(), "it is past the 'head' of its topic");
    topic.tables().put(row);
  }
}
