package dev.tertulia.server.storage.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderOperations.Finding;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.rows.BookmarkRow;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.storage.sqlite.SqliteSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A new table is its file and its line in the list of tables: [BookmarkRow], which only the tests
/// have, is stored, checked, exported, imported and erased like all others.
final class NewTableTest {
  private static final Tables TABLES = tables();
  private static final String LINE =
      "{\"type\":\"bookmark\",\"topic\":\"room:lobby\",\"client\":\"ana\",\"offset\":1,"
          + "\"title\":\"léeme\"}\n";

  @TempDir private Path temp;

  private static Tables tables() {
    List<Table<?>> all = new ArrayList<>(Tables.ALL.all());
    all.add(BookmarkRow.TABLE);
    return new Tables(all);
  }

  private interface Use {
    void with(LogTables tables) throws SQLException, IOException;
  }

  /// Uses a database that has the table, and commits.
  private void in(String folder, Use use) throws SQLException, IOException {
    Path path = temp.resolve(folder);
    if (!Files.exists(path)) {
      create(path);
    }
    String url = "jdbc:sqlite:" + DataFolder.databaseIn(path);
    try (LogTables tables = new LogTables(DriverManager.getConnection(url), TABLES)) {
      tables.connection().setAutoCommit(false);
      use.with(tables);
      tables.connection().commit();
    }
  }

  private static void create(Path path) throws SQLException {
    try (DataFolder data = DataFolder.open(path);
        Connection connection = SqliteDatabase.lasting(data).connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(BookmarkRow.CREATE);
      connection.commit();
    }
  }

  private static void store(LogTables tables) throws SQLException {
    byte[] body = EntryBody.write(new Entry.Chat(new ClientId("ana"), "Ana", "hola"));
    tables.put(new TopicRow(1, 1, "lobby", 1, 0, 0, 1000, 1, body.length));
    tables.put(new EntryRow(1, 1, 7, 1000, 1, "ana", null, null, false, body));
    tables.put(new BookmarkRow(1, "ana", 1, "nada"));
    tables.put(new BookmarkRow(1, "ana", 1, "léeme"));
    tables.put(new BookmarkRow(1, "bea", 0, ""));
  }

  private static void importInto(LogTables tables, String lines) throws SQLException, IOException {
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    new Import(tables, new ByteArrayInputStream(bytes), Progress.NONE, 0).readAll();
  }

  private String export(String folder, Tables tables) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Snapshot snapshot = SqliteSnapshot.of(DataFolder.databaseIn(temp.resolve(folder)))) {
      Export.of(snapshot, tables, out, null, false, Progress.NONE);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private List<Finding> check(String folder) throws SQLException {
    Path database = DataFolder.databaseIn(temp.resolve(folder));
    try (Snapshot reader = SqliteSnapshot.of(database)) {
      return new Inspection(reader, TABLES, null, Progress.NONE).run();
    }
  }

  @Test
  void itsRowsAreStoredAndChecked() throws SQLException, IOException {
    in("first", NewTableTest::store);
    // The check compares the tables with those of the migrations.
    assertThat(check("first"))
        .extracting(Finding::what)
        .containsExactly("the table 'bookmark' was added");
    in(
        "first",
        tables -> {
          try (Statement statement = tables.connection().createStatement()) {
            statement.executeUpdate("UPDATE bookmark SET title = 'otra' WHERE client = 'ana'");
          }
        });
    assertThat(check("first"))
        .extracting(Finding::place)
        .containsExactly("the tables", "the bookmarks");
  }

  @Test
  void itsRowsAreExportedAndImportedWithTheirTopic() throws SQLException, IOException {
    in("first", NewTableTest::store);
    String lines = export("first", TABLES);
    assertThat(lines).contains(LINE).endsWith(",\"bookmarks\":2}\n");
    in("second", tables -> importInto(tables, lines));
    assertThat(export("second", TABLES)).isEqualTo(lines);
    in("second", tables -> importInto(tables, lines));
    assertThat(export("second", TABLES)).isEqualTo(lines);
    String bad = lines.replace(LINE, LINE.replace("\"offset\":1", "\"offset\":2"));
    assertThatThrownBy(() -> in("second", tables -> importInto(tables, bad)))
        .isInstanceOf(CorruptionException.class)
        .hasMessage("line 4: it is past the 'head' of its topic. Nothing was changed");
    String fewer = lines.replace(LINE, "");
    assertThatThrownBy(() -> in("second", tables -> importInto(tables, fewer)))
        .hasMessageContaining("0 lines of clients and 2 bookmarks, but there are")
        .hasMessageContaining("0 lines of clients and 1 bookmarks. Nothing was changed");
  }

  @Test
  void anExportOfAVersionWithoutTheTableIsImported() throws SQLException, IOException {
    in("first", NewTableTest::store);
    String lines = export("first", Tables.ALL);
    assertThat(lines).doesNotContain("bookmark");
    in("second", tables -> importInto(tables, lines));
    assertThat(export("second", Tables.ALL)).isEqualTo(lines);
  }

  @Test
  void itsRowsOfAnErasedClientGoAndThoseOfOthersStay() throws SQLException, IOException {
    in("first", NewTableTest::store);
    in("first", tables -> ErasureOperation.erase(tables, "ana", Progress.NONE));
    assertThat(export("first", TABLES))
        .doesNotContain("\"ana\"")
        .contains("\"client\":\"bea\",\"offset\":0,\"title\":\"\"}\n")
        .endsWith(",\"bookmarks\":1}\n");
  }
}
