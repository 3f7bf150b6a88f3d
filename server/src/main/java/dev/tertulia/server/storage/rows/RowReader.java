package dev.tertulia.server.storage.rows;

import dev.tertulia.server.topic.LogException;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Reads the columns of the current row of a result one after the other, and verifies the checksum
/// at their end. A wrong checksum is a [LogException], never a value.
final class RowReader {
  private final ResultSet result;
  private final String table;
  private int next;

  /// @param first the number of the row's first column in the result, from 1
  RowReader(ResultSet result, String table, int first) {
    this.result = result;
    this.table = table;
    next = first;
  }

  long number() throws SQLException {
    long value = result.getLong(next++);
    if (value == 0 && result.wasNull()) {
      throw damaged();
    }
    return value;
  }

  @Nullable Long optionalNumber() throws SQLException {
    long value = result.getLong(next++);
    return value == 0 && result.wasNull() ? null : value;
  }

  boolean flag() throws SQLException {
    long value = number();
    if (value != 0 && value != 1) {
      throw damaged();
    }
    return value == 1;
  }

  String text() throws SQLException {
    String value = optionalText();
    if (value == null) {
      throw damaged();
    }
    return value;
  }

  @Nullable String optionalText() throws SQLException {
    return result.getString(next++);
  }

  byte[] bytes() throws SQLException {
    byte[] value = result.getBytes(next++);
    if (value == null) {
      throw damaged();
    }
    return value;
  }

  /// Returns `row`, which was made of the columns so far, if the column that comes next is its
  /// checksum.
  ///
  /// @throws LogException if it is not
  <R extends Row> R checked(R row) throws SQLException {
    if (number() != row.checksum()) {
      throw new LogException(
          "the log is damaged: wrong checksum in a row of the table '%s': %s. Run './tertulia check'"
              .formatted(table, row.place()),
          true,
          null);
    }
    return row;
  }

  private LogException damaged() {
    return new LogException(
        "the log is damaged: a value is missing in a row of the table '%s'. Run './tertulia check'"
            .formatted(table),
        true,
        null);
  }
}
