package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import tools.jackson.core.JsonGenerator;

/// A row of `reaction`: an existing reaction.
///
/// @param offset of the entry that added it
public record ReactionRow(long topicId, long target, String emoji, String client, long offset)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS = "topic_id, target, emoji, client, entry_offset, checksum";

  public static final Table<ReactionRow> TABLE =
      Table.replacing(
          "reaction",
          'r',
          "the reactions",
          COLUMNS,
          4,
          ReactionRow::read,
          new Lines.InTopic<>(
              new Lines.Count("reactions"),
              /* ofLongerLog= */ true,
              ReactionRow::write,
              ReactionRow::take),
          new Erasure.Searched("client = ?", 0L, 0L, "", ""));

  @Override
  public Table<ReactionRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "topic %s, target %s".formatted(topicId, target);
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.number(topicId);
    out.number(target);
    out.text(emoji);
    out.text(client);
    out.number(offset);
  }

  private void write(String topic, JsonGenerator out) {
    out.writeStringProperty("topic", topic)
        .writeNumberProperty("target", target)
        .writeStringProperty("emoji", emoji)
        .writeStringProperty("client", client)
        .writeNumberProperty("offset", offset);
  }

  private static void take(ExportLine line, Lines.Topic topic)
      throws SQLException, BadLineException {
    ReactionRow row =
        new ReactionRow(
            topic.id(), line.count("target"), line.emoji(), line.client(), line.count("offset"));
    BadLineException.unless(
        row.target <= topic.head() && row.offset <= topic.head(),
        "it is past the 'head' of its topic");
    if (topic.isFurther() && row.target > topic.floor() && row.offset > topic.floor()) {
      EntryRow entry = topic.stored(row.offset);
      if (entry.client().equals(row.client) && Objects.equals(entry.target(), row.target)) {
        topic.tables().put(row);
      }
    }
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static ReactionRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new ReactionRow(in.number(), in.number(), in.text(), in.text(), in.number()));
  }
}
