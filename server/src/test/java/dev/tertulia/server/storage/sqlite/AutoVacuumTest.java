package dev.tertulia.server.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files can become smaller in steps: new ones, and those of an earlier version after its first
/// start.
final class AutoVacuumTest {
  private static final String INCREMENTAL = "2";

  @TempDir private Path temp;

  @Test
  void newDatabasesHaveIt() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp)) {
      SqliteDatabase.lasting(folder);
      assertThat(ask(folder.database(), "PRAGMA auto_vacuum")).isEqualTo(INCREMENTAL);
      SqliteDatabase.passing(folder);
      assertThat(ask(folder.memoryDatabase(), "PRAGMA auto_vacuum")).isEqualTo(INCREMENTAL);
    }
  }

  @Test
  void aDatabaseOfAnEarlierVersionIsRewrittenOnce() throws Exception {
    ofVersion010(temp);
    List<String> told = new ArrayList<>();
    try (DataFolder folder = DataFolder.open(temp)) {
      SqliteDatabase.lasting(
          folder, EngineGuard.ofNoProcess(), (what, done, total) -> told.add(what));
      Object rewritten = Files.readAttributes(folder.database(), "unix:ino").get("ino");
      assertThat(ask(folder.database(), "PRAGMA auto_vacuum")).isEqualTo(INCREMENTAL);
      assertThat(ask(folder.database(), "SELECT count(*) FROM batch")).isEqualTo("5000");
      assertThat(ask(folder.database(), "PRAGMA integrity_check")).isEqualTo("ok");
      assertThat(told).isNotEmpty().containsOnly("bytes copied");
      SqliteDatabase.lasting(folder);
      assertThat(Files.readAttributes(folder.database(), "unix:ino").get("ino"))
          .isEqualTo(rewritten);
      assertThat(SqliteDatabase.beside(folder.database(), ".new")).doesNotExist();
    }
  }

  /// It would go on reading the old file, which is nothing bad, but its log can't be emptied.
  @Test
  void aDatabaseThatAnotherProgramReadsIsRewrittenLater() throws Exception {
    ofVersion010(temp);
    try (DataFolder folder = DataFolder.open(temp)) {
      try (Connection writer = connect(folder.database());
          Connection reader = connect(folder.database());
          Statement write = writer.createStatement();
          Statement read = reader.createStatement()) {
        write.execute("PRAGMA journal_mode = WAL");
        write.executeUpdate("INSERT INTO batch VALUES (8, 1, 0, 0, '', 0)");
        reader.setAutoCommit(false);
        read.executeQuery("SELECT count(*) FROM batch").close();
        write.executeUpdate("INSERT INTO batch VALUES (8, 2, 0, 0, '', 0)");
        SqliteDatabase.lasting(folder);
        assertThat(ask(folder.database(), "PRAGMA auto_vacuum")).isEqualTo("0");
      }
      SqliteDatabase.lasting(folder);
      assertThat(ask(folder.database(), "PRAGMA auto_vacuum")).isEqualTo(INCREMENTAL);
      assertThat(ask(folder.database(), "SELECT count(*) FROM batch")).isEqualTo("5002");
    }
  }

  /// What a start that was killed has left of the copy is in nobody's way.
  @Test
  void anInterruptedRewriteIsDoneAgain() throws Exception {
    ofVersion010(temp);
    try (DataFolder folder = DataFolder.open(temp)) {
      Path fresh = SqliteDatabase.beside(folder.database(), ".new");
      Files.write(fresh, new byte[10_000]);
      SqliteDatabase.lasting(folder);
      assertThat(ask(folder.database(), "PRAGMA auto_vacuum")).isEqualTo(INCREMENTAL);
      assertThat(fresh).doesNotExist();
    }
  }

  @Test
  void aCopyOfADatabaseOfAnEarlierVersionHasItToo() throws Exception {
    ofVersion010(temp);
    Path copy = temp.resolve("copy.sqlite");
    CompactCopy.make(DataFolder.databaseIn(temp), copy, Progress.NONE);
    assertThat(ask(DataFolder.databaseIn(temp), "PRAGMA auto_vacuum")).isEqualTo("0");
    assertThat(ask(copy, "PRAGMA auto_vacuum")).isEqualTo(INCREMENTAL);
    Path second = temp.resolve("second.sqlite");
    CompactCopy.make(copy, second, Progress.NONE);
    assertThat(ask(second, "PRAGMA auto_vacuum")).isEqualTo(INCREMENTAL);
  }

  /// A folder whose database is as version 0.1.0 made it, with 5,000 rows.
  private static void ofVersion010(Path path) throws SQLException {
    try (DataFolder folder = DataFolder.open(path)) {
      SqliteDatabase.lasting(folder);
      try (Connection connection = connect(folder.database());
          Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode = DELETE");
        statement.executeUpdate("PRAGMA auto_vacuum = NONE");
        statement.executeUpdate("VACUUM");
        statement.execute("PRAGMA journal_mode = WAL");
        statement.executeUpdate(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                + " INSERT INTO batch SELECT 7, i, 0, 0, hex(randomblob(500)), 0 FROM n");
      }
      assertThat(ask(folder.database(), "PRAGMA auto_vacuum")).isEqualTo("0");
    }
  }

  private static Connection connect(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  private static String ask(Path file, String sql) throws SQLException {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return String.valueOf(result.getString(1));
    }
  }
}
