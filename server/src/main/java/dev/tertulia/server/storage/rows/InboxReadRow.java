package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import dev.tertulia.server.storage.sql.Querying;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/// A row of `inbox_read`: the notifications from `first` to `last` that a client has read.
///
/// @param broadcast whether these are offsets of the broadcasts, not of the client's own log
public record InboxReadRow(String client, boolean broadcast, long first, long last) implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS = "client, broadcast, first_offset, last_offset, checksum";

  public static final Table<InboxReadRow> TABLE =
      Table.replacing(
          "inbox_read",
          'i',
          "what was read",
          COLUMNS,
          3,
          InboxReadRow::read,
          Lines.ofClient(InboxReadRow::write, InboxReadRow::take),
          new Erasure.AtOnce(/* expires= */ true));

  private static final String OF_CLIENT =
      "SELECT "
          + COLUMNS
          + " FROM inbox_read WHERE client = ? AND broadcast = ? ORDER BY first_offset";

  /// Which notifications of a log a client has read.
  public static OffsetRanges of(Querying querying, String client, boolean broadcast)
      throws SQLException {
    List<OffsetRanges.Span> spans = new ArrayList<>();
    try (ResultSet result =
        querying.query(
            OF_CLIENT,
            in -> {
              in.text(client);
              in.flag(broadcast);
            })) {
      while (result.next()) {
        InboxReadRow row = read(result, 1);
        spans.add(new OffsetRanges.Span(row.first, row.last));
      }
    }
    return new OffsetRanges(spans);
  }

  /// Stores which they are now.
  public static void store(
      LogTables tables, String client, boolean broadcast, OffsetRanges before, OffsetRanges after)
      throws SQLException {
    for (OffsetRanges.Span span : before.without(after)) {
      tables.remove(TABLE, client, broadcast ? 1L : 0L, span.first());
    }
    for (OffsetRanges.Span span : after.without(before)) {
      tables.put(new InboxReadRow(client, broadcast, span.first(), span.last()));
    }
  }

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

  private void write(String topic, JsonGenerator out) {
    out.writeStringProperty("client", client)
        .writeBooleanProperty("broadcast", broadcast)
        .writeNumberProperty("first", first)
        .writeNumberProperty("last", last);
  }

  /// What either side has read counts as read.
  private static void take(ExportLine line, LogTables tables)
      throws SQLException, BadLineException {
    ImportedRange range = ImportedRange.of(line, tables);
    OffsetRanges before = of(tables, range.client(), range.broadcast());
    store(tables, range.client(), range.broadcast(), before, range.with(before, tables));
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static InboxReadRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new InboxReadRow(in.text(), in.flag(), in.number(), in.number()));
  }
}
