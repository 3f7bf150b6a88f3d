package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;

/// A row of `shown`: the notifications from `first` to `last` that a device has shown.
///
/// @param broadcast whether these are offsets of the broadcasts, not of the client's own log
public record ShownRow(String client, String device, boolean broadcast, long first, long last)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS =
      "client, device, broadcast, first_offset, last_offset, checksum";

  public static final Table<ShownRow> TABLE =
      Table.replacing("shown", 's', "what was shown", COLUMNS, 4, ShownRow::read);

  @Override
  public Table<ShownRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "offsets %s to %s".formatted(first, last);
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.text(client);
    out.text(device);
    out.flag(broadcast);
    out.number(first);
    out.number(last);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static ShownRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new ShownRow(in.text(), in.text(), in.flag(), in.number(), in.number()));
  }
}
