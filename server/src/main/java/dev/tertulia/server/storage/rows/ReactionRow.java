package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;

/// A row of `reaction`: an existing reaction.
///
/// @param offset of the entry that added it
public record ReactionRow(long topicId, long target, String emoji, String client, long offset)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS = "topic_id, target, emoji, client, entry_offset, checksum";

  public static final Table<ReactionRow> TABLE =
      Table.replacing("reaction", 'r', "the reactions", COLUMNS, 4, ReactionRow::read);

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

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static ReactionRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new ReactionRow(in.number(), in.number(), in.text(), in.text(), in.number()));
  }
}
