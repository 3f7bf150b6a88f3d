package dev.tertulia.server.storage.rows;

import dev.tertulia.server.topic.Draft;
import java.sql.SQLException;
import java.util.List;

/// Rows that are stored and removed together, of tables that belong to no topic. Immutable.
///
/// @param stored in place of those with the same keys
/// @param removed the keys of rows that go; those that are not there are no failure
public record RowChange(List<Row> stored, List<Key> removed) implements Draft.RecordChange {
  /// The key of a row.
  ///
  /// @param columns those of the key, in their order: [Long] or [String]
  public record Key(Table<?> table, List<Object> columns) {
    public Key {
      columns = List.copyOf(columns);
    }
  }

  public RowChange {
    stored = List.copyOf(stored);
    removed = List.copyOf(removed);
  }

  /// Makes the change, in the transaction of the writer.
  public void write(LogTables tables) throws SQLException {
    for (Key key : removed) {
      tables.remove(key.table, key.columns.toArray());
    }
    for (Row row : stored) {
      tables.put(row);
    }
  }
}
