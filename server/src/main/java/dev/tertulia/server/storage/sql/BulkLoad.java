package dev.tertulia.server.storage.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/// Adds many rows to a table, whose keys are not in it, in the transaction of a connection that
/// does nothing else meanwhile. It receives the columns of each row in their order. For one thread.
public interface BulkLoad extends Columns<SQLException>, AutoCloseable {
  /// The columns of a row are told.
  void endRow() throws SQLException;

  /// There are no more rows: those that were told are in the table now.
  void finish() throws SQLException;

  /// Ends it. Without [#finish] nothing need have been added.
  @Override
  void close() throws SQLException;

  /// By an `INSERT` for each row, many at once.
  final class Inserts implements BulkLoad {
    private static final int AT_ONCE = 1_000;

    private final PreparedStatement insert;
    private Binder row;
    private int rows;

    public Inserts(Connection connection, String table, String columns) throws SQLException {
      String places = String.join(", ", Collections.nCopies(columns.split(", ").length, "?"));
      insert =
          connection.prepareStatement(
              "INSERT INTO %s (%s) VALUES (%s)".formatted(table, columns, places));
      row = new Binder(insert);
    }

    @Override
    public void number(long value) throws SQLException {
      row.number(value);
    }

    @Override
    public void number(@Nullable Long value) throws SQLException {
      row.number(value);
    }

    @Override
    public void text(@Nullable String value) throws SQLException {
      row.text(value);
    }

    @Override
    public void bytes(byte[] value) throws SQLException {
      row.bytes(value);
    }

    @Override
    public void endRow() throws SQLException {
      insert.addBatch();
      row = new Binder(insert);
      if (++rows % AT_ONCE == 0) {
        insert.executeBatch();
      }
    }

    @Override
    public void finish() throws SQLException {
      insert.executeBatch();
    }

    @Override
    public void close() throws SQLException {
      insert.close();
    }
  }
}
