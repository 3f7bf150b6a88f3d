package dev.tertulia.server.storage.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;

/// Where a [ReadDatabase] takes its connections from, and which is closed with it. Safe for any
/// thread.
public interface ReadSource extends AutoCloseable {
  /// A connection that only reads, for one thread. Within a transaction, all that is queried is of
  /// one moment.
  Connection open() throws SQLException;

  /// Has queries fail once they take too long, if the database does not end them by itself. Called
  /// once for each connection, by its thread.
  ///
  /// @param overdue whether the current reading takes too long; asked on that thread
  default void limit(Connection connection, BooleanSupplier overdue) throws SQLException {}

  /// Whether a connection is closed after each reading, because opening one only takes it out of a
  /// pool. Otherwise a thread keeps its own.
  default boolean isPool() {
    return false;
  }

  /// Opens other connections from now on, as another server may be in charge of the database.
  default void renew() {}

  /// Closes what is not a connection of a thread's own.
  @Override
  default void close() {}
}
