package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;

/// The tables of the log, as versioned scripts that Flyway runs in order.
public final class Migrations {
  private static final String FOLDER = "db/sqlite";

  /// The scripts, from version 1 on.
  private static final List<String> SCRIPTS =
      List.of("V1__log.sql", "V2__api_key.sql", "V3__revocation.sql", "V4__request_order.sql");

  /// The newest version that there is a script for.
  public static final int NEWEST = SCRIPTS.size();

  /// The steps of SQLite's machine between two calls of the progress: some tens of milliseconds.
  private static final int STEPS = 1_000_000;

  private static final String HISTORY = "flyway_schema_history";
  private static final Pattern TABLE = Pattern.compile("(?m)^CREATE TABLE (\\w+)");

  private Migrations() {}

  /// Brings the tables of `database` up to date. When they are, which two queries tell, Flyway
  /// isn't started: it takes half a second.
  ///
  /// Each script is one transaction, together with the note that it has run: whatever ends the
  /// process meanwhile, the next start goes on with the first script that has not.
  ///
  /// @param progress receives how many statements of the scripts have run, after each and several
  ///   times a second; `0` in total, because it isn't known
  /// @throws SQLException if the database can't be read or written
  /// @throws DataFolderException if it is a newer server's, its tables are not those of the
  ///   scripts, or a migration failed
  static boolean migrate(SqliteDatabase database, Progress progress) throws SQLException {
    try (Connection connection = database.connect()) {
      int version = version(connection);
      if (version == NEWEST) {
        requireTables(database.file(), connection);
        requireNothingForeign(database.file(), connection);
        return AutoVacuum.isSet(connection);
      }
      if (version > NEWEST) {
        throw newer(database.file(), version);
      }
    }
    try {
      flyway(database, progress).migrate();
    } catch (FlywayException e) {
      throw new DataFolderException(
          "cannot migrate the tables of %s: %s".formatted(database.file(), e.getMessage()), e);
    }
    return false;
  }

  /// Sees whether a database that is there has the tables of the newest version, for those who
  /// don't change it.
  ///
  /// @throws DataFolderException if it has not, and says what it is then
  static void requireNewest(Path file, Connection connection) throws SQLException {
    int version = hasTables(connection) ? version(connection) : 0;
    if (version == 0) {
      throw new DataFolderException("the file %s is not a Tertulia database".formatted(file));
    }
    if (version > NEWEST) {
      throw newer(file, version);
    }
    if (version < NEWEST) {
      throw new DataFolderException(
          "the database %s was created by an older Tertulia: run './tertulia serve' on its folder once to migrate it"
              .formatted(file));
    }
    requireTables(file, connection);
  }

  private static DataFolderException newer(Path file, int version) {
    return new DataFolderException(
        "the database %s was created by a newer Tertulia (schema version %s, this one supports up to %s): run that version, or a newer one"
            .formatted(file, version, NEWEST));
  }

  /// Sees whether the tables were made by the very scripts that are here. A script that was
  /// released is never changed; one of a build between releases may have been another.
  private static void requireTables(Path file, Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet scripts =
            statement.executeQuery(
                "SELECT CAST(version AS INTEGER), checksum FROM "
                    + HISTORY
                    + " WHERE version IS NOT NULL")) {
      while (scripts.next()) {
        int version = scripts.getInt(1);
        if (version < 1
            || version > NEWEST
            || scripts.getInt(2) != checksum(script(SCRIPTS.get(version - 1)))) {
          throw new DataFolderException(
              "the database %s was created by a build of Tertulia from before its release, with different tables (those of version %s): choose a new folder with --data; that build can export the data, and './tertulia import' adds it to the new folder"
                  .formatted(file, version));
        }
      }
    }
    Set<String> missing = new TreeSet<>();
    for (String script : SCRIPTS) {
      TABLE.matcher(script(script)).results().map(table -> table.group(1)).forEach(missing::add);
    }
    try (Statement statement = connection.createStatement();
        ResultSet tables =
            statement.executeQuery("SELECT name FROM sqlite_master WHERE type = 'table'")) {
      while (tables.next()) {
        missing.remove(tables.getString(1));
      }
    }
    if (!missing.isEmpty()) {
      throw new DataFolderException(
          "tables of the database %s are missing (%s): './tertulia restore' replaces it with a backup"
              .formatted(file, String.join(", ", missing)));
    }
  }

  private static void requireNothingForeign(Path file, Connection connection) throws SQLException {
    List<String> foreign = Schema.foreign(connection);
    if (!foreign.isEmpty()) {
      throw new DataFolderException(
          "the schema of the database %s was changed by another program: %s. './tertulia export' and './tertulia import' into a new folder get rid of the change; or './tertulia restore' replaces the database with a backup"
              .formatted(file, String.join(", ", foreign)));
    }
  }

  /// The number by which Flyway tells one script from another: of its lines, without their ends.
  private static int checksum(String script) {
    CRC32 crc = new CRC32();
    script.lines().forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
    return (int) crc.getValue();
  }

  /// Makes the newest tables in an empty database, without Flyway's account of how.
  static void create(SqliteDatabase database) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (String script : scripts()) {
        statement.executeUpdate(script);
      }
      connection.commit();
    }
  }

  /// The texts of all scripts, in their order.
  static List<String> scripts() {
    return SCRIPTS.stream().map(Migrations::script).toList();
  }

  public static Flyway flyway(SqliteDatabase database) {
    return flyway(database, Progress.NONE);
  }

  private static Flyway flyway(SqliteDatabase database, Progress progress) {
    Statements statements = new Statements(progress);
    SQLiteDataSource source =
        new SQLiteDataSource() {
          @Override
          public SQLiteConnection getConnection(@Nullable String user, @Nullable String password)
              throws SQLException {
            SQLiteConnection connection =
                SqliteConnections.open(
                    database.file(), new SQLiteConfig(), SqliteConnections.Access.WRITE);
            ProgressHandler.setHandler(connection, STEPS, statements.handler());
            return connection;
          }
        };
    source.setUrl("jdbc:sqlite:" + database.file());
    return Flyway.configure()
        .dataSource(source)
        .locations("classpath:" + FOLDER)
        .callbacks(statements)
        .loggers("slf4j")
        .load();
  }

  /// Counts the statements of the scripts as they run, and tells how many that are. For one thread.
  private static final class Statements extends BaseCallback {
    private final Progress progress;
    private long done;

    Statements(Progress progress) {
      this.progress = progress;
    }

    /// Tells it while a statement takes long.
    ProgressHandler handler() {
      return new ProgressHandler() {
        @Override
        protected int progress() {
          tell();
          return 0;
        }
      };
    }

    private void tell() {
      progress.at("statements of migrations run", done, 0);
    }

    @Override
    public boolean supports(Event event, Context context) {
      return event == Event.AFTER_EACH_MIGRATE_STATEMENT || event == Event.AFTER_EACH_MIGRATE;
    }

    @Override
    public void handle(Event event, Context context) {
      if (event == Event.AFTER_EACH_MIGRATE_STATEMENT) {
        done++;
      }
      tell();
    }
  }

  private static boolean hasTables(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet tables =
            statement.executeQuery(
                "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('"
                    + HISTORY
                    + "', 'topic')")) {
      return tables.next() && tables.getInt(1) == 2;
    }
  }

  /// The version of the tables; 0 if there are none.
  private static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
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
              "SELECT CASE WHEN min(success) = 1 THEN max(CAST(version AS INTEGER)) ELSE 0 END"
                  + " FROM "
                  + HISTORY)) {
        return versions.next() ? versions.getInt(1) : 0;
      }
    }
  }

  private static String script(String name) {
    try (InputStream in = Migrations.class.getResourceAsStream("/" + FOLDER + "/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the program does not contain " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
