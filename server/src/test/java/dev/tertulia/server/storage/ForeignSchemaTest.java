package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.storage.admin.Backup;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.admin.Export;
import dev.tertulia.server.storage.admin.Restore;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.storage.sqlite.Schema;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.storage.sqlite.SqliteSnapshot;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A database whose schema was changed by another program is refused by name.
final class ForeignSchemaTest {
  @TempDir private Path temp;
  private Path data;

  @BeforeEach
  void talk() {
    data = temp.resolve("data");
    SampleData.in(data);
  }

  private static void change(Path database, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.executeUpdate(sql);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE TRIGGER spy AFTER INSERT ON entry BEGIN DELETE FROM batch; END | trigger 'spy'",
        "CREATE VIEW everything AS SELECT * FROM entry | view 'everything'",
        "CREATE TABLE loot (a) | table 'loot'",
        "CREATE INDEX slow ON entry (hex(body)) | index 'slow'",
        "ALTER TABLE topic ADD COLUMN extra | table 'topic'",
        "CREATE VIRTUAL TABLE words USING fts5(text) | table 'words'",
      })
  void foreignObjectsAreRefusedByName(String sql, String name) throws SQLException {
    Path backup = temp.resolve("backup.sqlite");
    Backup.make(data, backup, Progress.NONE);
    change(backup, sql);
    assertThatThrownBy(() ->
            Restore.into(
                temp.resolve("other"), backup, false, InstantSource.system(), Progress.NONE))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(name);

    change(DataFolder.databaseIn(data), sql);
    assertThat(Check.of(data, Progress.NONE).findings())
        .anySatisfy(finding -> assertThat(finding.what()).contains(name));
    assertThatThrownBy(() -> Backup.make(data, temp.resolve("second.sqlite"), Progress.NONE))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(name);
    try (DataFolder folder = DataFolder.open(data)) {
      assertThatThrownBy(() -> SqliteDatabase.lasting(folder))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("./tertulia export");
    }
  }

  @Test
  void anExportIgnoresForeignObjects() throws Exception {
    ByteArrayOutputStream before = new ByteArrayOutputStream();
    Export.of(data, before, null, Progress.NONE);
    change(
        DataFolder.databaseIn(data),
        "CREATE TRIGGER spy AFTER INSERT ON entry BEGIN DELETE FROM batch; END");
    ByteArrayOutputStream after = new ByteArrayOutputStream();
    Export.of(data, after, null, Progress.NONE);
    assertThat(after.toString(StandardCharsets.UTF_8))
        .isEqualTo(before.toString(StandardCharsets.UTF_8));
  }

  @Test
  void theSchemaOfTheMigrationsIsAccepted() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp.resolve("fresh"))) {
      try (Connection made = SqliteDatabase.lasting(folder).connect();
          Connection passing = SqliteDatabase.passing(folder).connect()) {
        assertThat(Schema.foreign(made)).isEmpty();
        assertThat(Schema.foreign(passing)).isEmpty();
      }
    }
  }

  @Test
  void noConnectionTrustsTheSchema() throws SQLException {
    Path database = DataFolder.databaseIn(data);
    try (DataFolder folder = DataFolder.open(data)) {
      SqliteDatabase lasting = SqliteDatabase.lasting(folder);
      try (Connection writer = lasting.connect();
          Connection reader = lasting.connectReader();
          Snapshot snapshot = SqliteSnapshot.of(database)) {
        for (Connection connection : List.of(writer, reader, snapshot.connection())) {
          assertThat(number(connection, "PRAGMA trusted_schema")).isZero();
          assertThat(number(connection, "PRAGMA cell_size_check")).isEqualTo(1);
          assertThatThrownBy(() -> number(connection, "SELECT load_extension('harm')"))
              .hasMessageContaining("not authorized");
        }
        change(database, "CREATE TRIGGER spy AFTER INSERT ON batch BEGIN DELETE FROM entry; END");
        assertThatThrownBy(
                () -> {
                  try (Statement statement = writer.createStatement()) {
                    statement.executeUpdate("INSERT INTO batch VALUES (7, 7, 0, 0, '', 0)");
                  }
                })
            .hasMessageContaining("trigger");
      }
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : -1;
    }
  }
}
