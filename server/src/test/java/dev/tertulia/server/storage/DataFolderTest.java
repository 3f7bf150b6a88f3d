package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.storage.sqlite.Migrations;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.storage.sqlite.SqliteSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.api.MigrationInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataFolderTest {
  @TempDir Path temp;

  @Test
  void aSecondServerOnTheSameFolderIsRefusedByName() {
    Path folder = temp.resolve("not/there yet");
    try (DataFolder first = DataFolder.open(folder)) {
      assertThat(first.path()).isEqualTo(folder);
      assertThatThrownBy(() -> DataFolder.open(folder))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
    DataFolder.open(folder).close();
  }

  @Test
  void aFileInPlaceOfTheFolderIsReported() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertThatThrownBy(() -> DataFolder.open(file))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("--data");
  }

  @Test
  void theTablesAreCreatedOnceInASyncedWriteAheadLog() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp)) {
      SqliteDatabase first = SqliteDatabase.lasting(folder);
      execute(first, "INSERT INTO batch VALUES (1, 1, 0, 0, '', 0)");
      SqliteDatabase second = SqliteDatabase.lasting(folder);
      assertThat(ask(second, "SELECT count(*) FROM batch")).isEqualTo("1");
      assertThat(ask(second, "PRAGMA journal_mode")).isEqualTo("wal");
      assertThat(ask(second, "PRAGMA synchronous")).isEqualTo("2");
      assertThat(ask(second, "PRAGMA secure_delete")).isEqualTo("1");
    }
  }

  @Test
  void theMemoryDatabaseIsEmptyAtEachStart() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp)) {
      execute(SqliteDatabase.passing(folder), "INSERT INTO batch VALUES (1, 1, 0, 0, '', 0)");
      SqliteDatabase second = SqliteDatabase.passing(folder);
      assertThat(ask(second, "SELECT count(*) FROM batch")).isEqualTo("0");
      assertThat(ask(second, "PRAGMA synchronous")).isEqualTo("0");
    }
  }

  @Test
  void theNewestKnownVersionIsThatOfTheNewestScript() {
    try (DataFolder folder = DataFolder.open(temp)) {
      MigrationInfo[] all = Migrations.flyway(SqliteDatabase.lasting(folder)).info().all();
      assertThat(all[all.length - 1].getVersion().getVersion())
          .isEqualTo(Integer.toString(Migrations.NEWEST));
    }
  }

  @Test
  void aDatabaseOfANewerServerIsRefusedByName() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp)) {
      execute(SqliteDatabase.lasting(folder), "UPDATE flyway_schema_history SET version = '7'");
      assertThatThrownBy(() -> SqliteDatabase.lasting(folder))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining("newer")
          .hasMessageContaining("7");
    }
  }

  @Test
  void theChecksumOfAScriptIsThatOfFlyway() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp)) {
      SqliteDatabase made = SqliteDatabase.lasting(folder);
      Migrations.flyway(made).validate();
      SqliteDatabase.lasting(folder);
      SqliteSnapshot.of(folder.database()).close();
      assertThat(ask(made, "SELECT count(checksum) FROM flyway_schema_history"))
          .isEqualTo(Integer.toString(Migrations.NEWEST));
    }
  }

  @Test
  void tablesOfAnUnreleasedBuildAreRefusedByName() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp)) {
      SqliteDatabase made = SqliteDatabase.lasting(folder);
      execute(made, "DROP TABLE inbox_read");
      execute(made, "UPDATE flyway_schema_history SET checksum = checksum + 1");
      assertThatThrownBy(() -> SqliteDatabase.lasting(folder))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining(folder.database().toString())
          .hasMessageContaining("before its release");
    }
  }

  @Test
  void aMissingTableIsReported() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp)) {
      execute(SqliteDatabase.lasting(folder), "DROP TABLE inbox_read");
      assertThatThrownBy(() -> SqliteDatabase.lasting(folder))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining("inbox_read")
          .hasMessageContaining("./tertulia restore");
    }
  }

  @Test
  void aFileThatIsNotADatabaseIsReportedWithTheRemedy() throws IOException {
    try (DataFolder folder = DataFolder.open(temp)) {
      Files.writeString(folder.database(), "this is no database at all".repeat(100));
      assertThatThrownBy(() -> SqliteDatabase.lasting(folder))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining(folder.database().toString())
          .hasMessageContaining("damaged")
          .hasMessageContaining("./tertulia restore");
    }
  }

  private static void execute(SqliteDatabase database, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database.file());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private static String ask(SqliteDatabase database, String sql) throws SQLException {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.getString(1);
    }
  }
}
