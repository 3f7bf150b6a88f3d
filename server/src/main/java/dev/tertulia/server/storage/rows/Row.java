package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import dev.tertulia.server.storage.sql.Columns.Binder;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/// A row of one of the tables. Its columns are listed once, for the statement that stores it and
/// for its checksum, so that the checksum covers all of them.
public interface Row {
  /// The table that it belongs to.
  Table<?> table();

  /// Which row it is, for messages, without what people wrote.
  String place();

  /// Tells every column but the checksum, which is the last.
  <X extends Exception> void columns(Columns<X> out) throws X;

  /// The same in the order in which the checksum covers them, which stays what it was when such
  /// rows were first stored.
  default <X extends Exception> void checked(Columns<X> out) throws X {
    columns(out);
  }

  /// The CRC-32C over all other columns.
  default int checksum() {
    return table().checksum(this);
  }

  /// Sets the parameters of `insert` to this row, its checksum included, from the first one on.
  default void bind(PreparedStatement insert) throws SQLException {
    Binder binder = new Binder(insert);
    columns(binder);
    binder.number(checksum());
  }
}
