package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.sql.ReadSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import org.sqlite.ProgressHandler;

/// Connections that read an SQLite file. A query that takes too long is interrupted: SQLite calls
/// back after every so many steps. Safe for any thread.
final class SqliteReadSource implements ReadSource {
  /// The steps of SQLite's machine between two looks at the clock: about a millisecond.
  private static final int STEPS = 100_000;

  private final SqliteDatabase database;

  SqliteReadSource(SqliteDatabase database) {
    this.database = database;
  }

  @Override
  public Connection open() throws SQLException {
    return database.connectReader();
  }

  @Override
  public void limit(Connection connection, BooleanSupplier overdue) throws SQLException {
    ProgressHandler.setHandler(
        connection,
        STEPS,
        new ProgressHandler() {
          @Override
          protected int progress() {
            return overdue.getAsBoolean() ? 1 : 0;
          }
        });
  }
}
