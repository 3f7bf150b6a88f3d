package dev.tertulia.server.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/// The log's tables, as versions of scripts that Flyway carries out in their order.
final class Migrations {
  /// The newest version that there is a script for.
  static final int NEWEST = 1;

  private static final String FOLDER = "db/sqlite";
  private static final String NEWEST_SCRIPT = "/" + FOLDER + "/V1__log.sql";
  private static final String HISTORY = "flyway_schema_history";

  private Migrations() {}

  /// Brings the tables of `database` up to date. When they are, which one query tells, Flyway isn't
  /// started: it takes half a second.
  ///
  /// @throws SQLException if the database can't be read or written
  /// @throws DataFolderException if it is a newer server's, or a migration failed
  static void migrate(SqliteDatabase database) throws SQLException {
    int version = version(database);
    if (version > NEWEST) {
      throw new DataFolderException(
          "the database %s was made by a newer Tertulia (its tables are of version %d, this one knows up to %d): run that one, or a newer"
              .formatted(database.file(), version, NEWEST));
    }
    if (version < NEWEST) {
      try {
        flyway(database).migrate();
      } catch (FlywayException e) {
        throw new DataFolderException(
            "the tables of %s can't be brought up to date: %s"
                .formatted(database.file(), e.getMessage()),
            e);
      }
    }
  }

  /// Makes the newest tables in an empty database, without Flyway's account of how.
  static void create(SqliteDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(script());
      connection.commit();
    }
  }

  static Flyway flyway(SqliteDatabase database) {
    return Flyway.configure()
        .dataSource(database.url(), null, null)
        .locations("classpath:" + FOLDER)
        .loggers("slf4j")
        .load();
  }

  /// The version of the tables; 0 if there are none.
  private static int version(SqliteDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      try (ResultSet tables =
          statement.executeQuery(
              "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '" + HISTORY + "'")) {
        if (!tables.next()) {
          return 0;
        }
      }
      // One that failed counts for none: Flyway says more about it.
      try (ResultSet versions =
          statement.executeQuery(
              "SELECT CASE WHEN min(success) = 1 THEN max(CAST(version AS INTEGER)) ELSE 0 END FROM "
                  + HISTORY)) {
        return versions.next() ? versions.getInt(1) : 0;
      }
    }
  }

  private static String script() {
    try (InputStream in = Migrations.class.getResourceAsStream(NEWEST_SCRIPT)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks " + NEWEST_SCRIPT);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
