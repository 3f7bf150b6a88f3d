package dev.tertulia.server.storage.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.sqlite.JDBC;

/// Compares the tables, indexes, views and triggers of a database with those created by the
/// migrations. Additional ones were created by another program, and could have side effects. Safe
/// for any thread.
public final class Schema {
  /// What Flyway makes for itself. Should a newer Flyway make it otherwise, its text is added here.
  private static final Map<String, String> FLYWAY =
      Map.of(
          "table 'flyway_schema_history'",
          """
          CREATE TABLE "flyway_schema_history" (
              "installed_rank" INT NOT NULL PRIMARY KEY,
              "version" VARCHAR(50),
              "description" VARCHAR(200) NOT NULL,
              "type" VARCHAR(20) NOT NULL,
              "script" VARCHAR(1000) NOT NULL,
              "checksum" INT,
              "installed_by" VARCHAR(100) NOT NULL,
              "installed_on" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
              "execution_time" INT NOT NULL,
              "success" BOOLEAN NOT NULL
          )\
          """,
          "index 'flyway_schema_history_s_idx'",
          "CREATE INDEX \"flyway_schema_history_s_idx\" ON \"flyway_schema_history\""
              + " (\"success\")");

  private Schema() {}

  /// What is foreign in a database, or is not as it was made: each in a few words with its name.
  /// What is missing is [Migrations]' to tell.
  public static List<String> foreign(Connection connection) throws SQLException {
    Map<String, String> expected = expected();
    List<String> found = new ArrayList<>();
    objects(connection)
        .forEach((name, text) -> {
          String made = expected.get(name);
          if (made == null) {
            found.add("the %s was added".formatted(name));
          } else if (!made.equals(text)) {
            found.add("the %s was altered".formatted(name));
          }
        });
    return found;
  }

  private static Map<String, String> expected() throws SQLException {
    // Not by the DriverManager, which would load the drivers of all databases.
    try (Connection empty = JDBC.createConnection("jdbc:sqlite::memory:", new Properties());
        Statement statement = empty.createStatement()) {
      for (String script : Migrations.scripts()) {
        statement.executeUpdate(script);
      }
      Map<String, String> made = objects(empty);
      made.putAll(FLYWAY);
      return made;
    }
  }

  /// The text of each object that has one, by its kind and name. What SQLite makes by itself has
  /// none, and goes with its table.
  static Map<String, String> objects(Connection connection) throws SQLException {
    Map<String, String> objects = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")) {
      while (result.next()) {
        objects.put(
            "%s '%s'".formatted(result.getString(1), result.getString(2)), result.getString(3));
      }
    }
    return objects;
  }
}
