package dev.tertulia.server.storage.sql;

import dev.tertulia.server.storage.sql.Columns.Binder;
import dev.tertulia.server.topic.LogException;
import java.sql.ResultSet;
import java.sql.SQLException;

/// A connection that can query a database: a reader, or the writer within its transaction.
public interface Querying {
  /// Sets the parameters of a query.
  interface Parameters {
    void bind(Binder binder) throws SQLException;
  }

  /// Something damaged was met, and passed over: it is logged.
  void met(LogException damage);

  /// The rows of `sql`. Closed by the caller, before the same is asked again.
  ResultSet query(String sql, Parameters parameters) throws SQLException;
}
