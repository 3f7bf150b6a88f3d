package dev.tertulia.server.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A migration that ends in its midst, at any statement, is completed by the next start.
final class MigrationCrashTest {
  @TempDir private Path temp;

  /// What a kill at each statement would leave: the files as other processes see them then.
  @Test
  void aMigrationThatEndsAtAnyStatementIsCompletedByTheNextStart() throws Exception {
    Path old = temp.resolve("old");
    ofVersion1(old);
    List<Path> left = new ArrayList<>();
    Path migrated = copied(old, "migrated");
    migrate(migrated, (what, done, total) -> left.add(copied(migrated, "left-" + left.size())));
    assertThat(left).as("one at each statement").hasSizeGreaterThanOrEqualTo(Migrations.NEWEST);
    for (Path folder : left) {
      isCompleted(folder);
    }
  }

  @Test
  void aNewDatabaseThatEndsAtAnyStatementIsCompletedByTheNextStart() throws Exception {
    List<Path> left = new ArrayList<>();
    Path fresh = Files.createDirectory(temp.resolve("fresh"));
    migrate(fresh, (what, done, total) -> left.add(copied(fresh, "left-" + left.size())));
    assertThat(left).hasSizeGreaterThan(20);
    for (Path folder : left) {
      migrate(folder, Progress.NONE);
      assertThat(objects(folder)).isEqualTo(objects(fresh));
    }
  }

  /// The same, with a process that is killed.
  @Test
  void aKilledMigrationIsCompletedByTheNextStart() throws Exception {
    for (int statement = 1; statement <= 3; statement++) {
      Path folder = temp.resolve("killed-" + statement);
      ofVersion1(folder);
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Victim.class.getName(),
                  folder.toString(),
                  Integer.toString(statement))
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(output).isEqualTo(128 + 9);
      isCompleted(folder);
    }
  }

  /// Migrates a folder, and is killed at a statement.
  static final class Victim {
    private Victim() {}

    public static void main(String[] arguments) {
      int[] left = {Integer.parseInt(arguments[1])};
      migrate(
          Path.of(arguments[0]),
          (what, done, total) -> {
            if (--left[0] == 0) {
              kill();
            }
          });
    }

    private static void kill() {
      try {
        new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid()))
            .start()
            .waitFor();
        Thread.sleep(Long.MAX_VALUE);
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void anOlderServerRefusesNewerDataBeforeItWrites() throws Exception {
    Path path = Files.createDirectory(temp.resolve("newer"));
    migrate(path, Progress.NONE);
    Path file = DataFolder.databaseIn(path);
    execute(file, "CREATE TABLE of_tomorrow (id INTEGER)");
    execute(
        file,
        "INSERT INTO flyway_schema_history VALUES"
            + " (99, '99', 'tomorrow', 'SQL', 'V99__tomorrow.sql', 1, '', '2030-01-01', 1, 1)");
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> migrate(path, Progress.NONE))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("newer Tertulia")
        .hasMessageContaining("version 99")
        .hasMessageContaining("up to " + Migrations.NEWEST);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    try (Stream<Path> files = Files.list(path)) {
      assertThat(files.map(found -> found.getFileName().toString()))
          .doesNotContain("tertulia.head", "tertulia.sqlite.new");
    }
  }

  private static void migrate(Path path, Progress progress) {
    try (DataFolder folder = DataFolder.open(path)) {
      SqliteDatabase.lasting(folder, EngineGuard.ofNoProcess(), progress);
    }
  }

  /// A folder with the tables of the first script, and a row.
  private static void ofVersion1(Path path) throws SQLException {
    try (DataFolder folder = DataFolder.open(path)) {
      SqliteDatabase.lasting(folder);
      execute(folder.database(), "DROP TABLE api_key");
      execute(folder.database(), "DROP TABLE revocation");
      execute(folder.database(), "DELETE FROM flyway_schema_history WHERE version > 1");
      execute(folder.database(), "INSERT INTO batch VALUES (7, 1, 0, 0, '', 0)");
    }
  }

  private static void isCompleted(Path folder) throws SQLException {
    migrate(folder, Progress.NONE);
    Path file = DataFolder.databaseIn(folder);
    assertThat(ask(file, "SELECT count(*) FROM flyway_schema_history WHERE success = 1"))
        .as("%s", folder)
        .isEqualTo(Integer.toString(Migrations.NEWEST));
    assertThat(ask(file, "SELECT count(*) FROM batch WHERE term = 7")).isEqualTo("1");
    assertThat(ask(file, "SELECT count(*) FROM revocation")).isEqualTo("0");
    assertThat(ask(file, "PRAGMA integrity_check")).isEqualTo("ok");
  }

  private Path copied(Path folder, String name) {
    try (Stream<Path> files = Files.list(folder)) {
      Path copy = Files.createDirectory(temp.resolve(name));
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> objects(Path folder) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + DataFolder.databaseIn(folder))) {
      return Schema.objects(connection);
    }
  }

  private static void execute(Path file, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private static String ask(Path file, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return String.valueOf(result.getString(1));
    }
  }
}
