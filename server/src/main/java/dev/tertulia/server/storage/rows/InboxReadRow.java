package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;

/// A row of `inbox_read`: the notifications from `first` to `last` that a client has read.
///
/// @param broadcast whether these are offsets of the broadcasts, not of the client's own log
public record InboxReadRow(String client, boolean broadcast, long first, long last) implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS = "client, broadcast, first_offset, last_offset, checksum";

  public static final Table<InboxReadRow> TABLE =
      Table.replacing("inbox_read", 'i', "what was read", COLUMNS, 3, InboxReadRow::read);

  @Override
  public Table<InboxReadRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "offsets %s to %s".formatted(first, last);
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.text(client);
    out.flag(broadcast);
    out.number(first);
    out.number(last);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static InboxReadRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new InboxReadRow(in.text(), in.flag(), in.number(), in.number()));
  }
}
