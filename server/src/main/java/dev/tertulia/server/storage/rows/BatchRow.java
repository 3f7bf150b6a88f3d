package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;

/// A row of `batch`: what a writer committed together.
///
/// @param seq from 1, without holes within a term
/// @param aborted whether it was resolved as never committed
/// @param entries the offsets that it added: `topic:first-last` by commas, the topic by its id
public record BatchRow(long term, long seq, long time, boolean aborted, String entries)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS = "term, seq, time, aborted, entries, checksum";

  public static final Table<BatchRow> TABLE =
      new Table<>(
          "batch",
          'b',
          "the batches",
          COLUMNS,
          2,
          BatchRow::read,
          Table.insertIfAbsent("batch", COLUMNS),
          /* lines= */ null,
          Erasure.Special.NONE);

  @Override
  public Table<BatchRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "term %s, seq %s".formatted(term, seq);
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.number(term);
    out.number(seq);
    out.number(time);
    out.flag(aborted);
    out.text(entries);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static BatchRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new BatchRow(in.number(), in.number(), in.number(), in.flag(), in.text()));
  }
}
