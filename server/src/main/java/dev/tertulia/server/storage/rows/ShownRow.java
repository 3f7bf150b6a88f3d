package dev.tertulia.server.storage.rows;

import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.storage.sql.Columns;
import dev.tertulia.server.storage.sql.Querying;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/// A row of `shown`: the notifications from `first` to `last` that a device has shown.
///
/// @param broadcast whether these are offsets of the broadcasts, not of the client's own log
public record ShownRow(String client, String device, boolean broadcast, long first, long last)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS =
      "client, device, broadcast, first_offset, last_offset, checksum";

  public static final Table<ShownRow> TABLE =
      Table.replacing(
          "shown",
          's',
          "what was shown",
          COLUMNS,
          4,
          ShownRow::read,
          Lines.ofClient(ShownRow::write, ShownRow::take),
          new Erasure.AtOnce(/* expires= */ true));

  private static final String OF_DEVICE =
      "SELECT "
          + COLUMNS
          + " FROM shown WHERE client = ? AND device = ? AND broadcast = ? ORDER BY first_offset";

  /// Which notifications of a log a device has shown.
  public static OffsetRanges of(Querying querying, String client, String device, boolean broadcast)
      throws SQLException {
    List<OffsetRanges.Span> spans = new ArrayList<>();
    try (ResultSet result =
        querying.query(
            OF_DEVICE,
            in -> {
              in.text(client);
              in.text(device);
              in.flag(broadcast);
            })) {
      while (result.next()) {
        ShownRow row = read(result, 1);
        spans.add(new OffsetRanges.Span(row.first, row.last));
      }
    }
    return new OffsetRanges(spans);
  }

  /// Stores which they are now.
  public static void store(
      LogTables tables,
      String client,
      String device,
      boolean broadcast,
      OffsetRanges before,
      OffsetRanges after)
      throws SQLException {
    for (OffsetRanges.Span span : before.without(after)) {
      tables.remove(TABLE, client, device, broadcast ? 1L : 0L, span.first());
    }
    for (OffsetRanges.Span span : after.without(before)) {
      tables.put(new ShownRow(client, device, broadcast, span.first(), span.last()));
    }
  }

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

  private void write(String topic, JsonGenerator out) {
    out.writeStringProperty("client", client)
        .writeStringProperty("device", device)
        .writeBooleanProperty("broadcast", broadcast)
        .writeNumberProperty("first", first)
        .writeNumberProperty("last", last);
  }

  /// What was shown on either side counts as shown.
  private static void take(ExportLine line, LogTables tables)
      throws SQLException, BadLineException {
    ImportedRange range = ImportedRange.of(line, tables);
    String device = line.text("device", TextRule.DEVICE);
    if (DeviceRow.find(DeviceRow.of(tables, range.client()), device) == null) {
      // It has made room for others.
      return;
    }
    OffsetRanges before = of(tables, range.client(), device, range.broadcast());
    store(tables, range.client(), device, range.broadcast(), before, range.with(before, tables));
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static ShownRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new ShownRow(in.text(), in.text(), in.flag(), in.number(), in.number()));
  }
}
