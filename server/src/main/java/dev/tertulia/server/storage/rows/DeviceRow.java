package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;

/// A row of `device`: the position up to which a device has acknowledged the inbox of its client.
///
/// @param heard when it last told something, in Unix milliseconds
/// @param personal an offset of the client's own log
/// @param broadcasts an offset of the broadcasts
public record DeviceRow(String client, String device, long heard, long personal, long broadcasts)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS = "client, device, heard, personal, broadcasts, checksum";

  public static final Table<DeviceRow> TABLE =
      Table.replacing("device", 'd', "the devices", COLUMNS, 2, DeviceRow::read);

  @Override
  public Table<DeviceRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "a device last heard at " + heard;
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.text(client);
    out.text(device);
    out.number(heard);
    out.number(personal);
    out.number(broadcasts);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static DeviceRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new DeviceRow(in.text(), in.text(), in.number(), in.number(), in.number()));
  }
}
