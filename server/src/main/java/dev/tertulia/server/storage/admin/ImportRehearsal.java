package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.PrivateFiles;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.Lines;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Imports lines into a database of its own, to find out whether they can be imported into another
/// one, beside which it works, and what that would be then. Its database has a copy of what the
/// lines are merged with, and is removed in the end. For one thread.
final class ImportRehearsal implements AutoCloseable {
  /// The database. It contains texts, so that a start of a server removes one that was left.
  private static final String DATABASE = "import.sqlite";

  /// What the lines are merged with, if that is not a file itself.
  private static final String BEFORE = "import-before.sqlite";

  /// Lines that did not come from a file, for the second reading.
  private static final String LINES = "import.jsonl";

  private final Path folder;
  private final LiveRows live;
  private final LogTables tables;
  private final Map<TopicName, Expected> topics = new LinkedHashMap<>();

  /// @param folder for its files
  ImportRehearsal(Path folder, LiveRows live) throws SQLException, IOException {
    this.folder = folder;
    this.live = live;
    tables = new LogTables(SqliteDatabase.scratch(folder.resolve(DATABASE)).connect());
    boolean attached = false;
    try {
      attach(tables.connection());
      attached = true;
    } finally {
      if (!attached) {
        close();
      }
    }
  }

  /// What is expected of a topic of which something is stored.
  ///
  /// @param before its row as it was; `null` if there was none
  /// @param further whether entries are added at its end
  record Expected(@Nullable TopicRow before, boolean further) {
    /// Whether the lines can be stored though the row is this one now.
    boolean allows(@Nullable TopicRow now) {
      return !further
          || (before == null ? now == null : now != null && now.head() == before.head());
    }
  }

  /// Reads and checks all lines. What is stored then is as the other database would be.
  ///
  /// @throws dev.tertulia.server.storage.CorruptionException if one is bad, or says another thing
  ///   than the database
  ImportReport read(InputStream in, Progress progress) throws SQLException, IOException {
    return new Import(tables, in, progress, 0, new Topics()).readAll();
  }

  /// The topics of which something would be stored.
  Map<TopicName, Expected> topics() {
    return topics;
  }

  /// The connection on which all is stored, and on which what was before is called `live`.
  Connection connection() {
    return tables.connection();
  }

  /// Where the copy of what the lines are merged with is to be.
  static Path before(Path folder) {
    return folder.resolve(BEFORE);
  }

  /// Brings in what the other database has of a topic when its lines begin, and notes what is
  /// stored.
  private final class Topics implements Import.Topics {
    @Override
    public void begin(@Nullable TopicRow before) throws SQLException {
      if (before != null) {
        tables.connection().commit();
        live.topic(tables.connection(), before.id());
        copy(before.id());
      }
    }

    @Override
    public void stored(TopicName name, @Nullable TopicRow before, boolean further) {
      topics.put(name, new Expected(before, further));
    }
  }

  /// Whether the rows of a table belong to topics, and their lines follow those.
  static boolean isOfTopics(Table<?> table) {
    return table == EntryRow.TABLE || table.lines() instanceof Lines.InTopic<?>;
  }

  /// Where lines are kept for the second reading. The caller removes it.
  static Path lines(Path folder) throws IOException {
    Path file = folder.resolve(LINES);
    Files.deleteIfExists(file);
    PrivateFiles.make(file);
    return file;
  }

  /// Removes what a process that was killed has left.
  static void removeLeftovers(Path folder) throws IOException {
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      SqliteDatabase.remove(folder.resolve(DATABASE));
      SqliteDatabase.remove(folder.resolve(BEFORE));
      Files.deleteIfExists(folder.resolve(LINES));
    }
  }

  private void attach(Connection connection) throws SQLException, IOException {
    connection.setAutoCommit(true);
    try (PreparedStatement attach = connection.prepareStatement("ATTACH DATABASE ? AS live")) {
      attach.setString(1, live.file().toString());
      attach.execute();
    }
    connection.setAutoCommit(false);
    live.topics(connection);
    copy("INSERT INTO main.topic SELECT * FROM live.topic", null);
    if (live instanceof LiveRows.Elsewhere) {
      for (Table<?> table : tables.tables().all()) {
        if (table.lines() instanceof Lines.AfterTopics<?>) {
          copy(
              "INSERT INTO main.%s SELECT * FROM live.%s".formatted(table.name(), table.name()),
              null);
        }
      }
    }
  }

  private void copy(long topic) throws SQLException {
    for (Table<?> table : tables.tables().all()) {
      if (isOfTopics(table)) {
        copy(
            "INSERT OR IGNORE INTO main.%s SELECT * FROM live.%s WHERE topic_id = ?"
                .formatted(table.name(), table.name()),
            topic);
      }
    }
  }

  /// In a transaction of its own, so that no snapshot of the server's database is held for long.
  private void copy(String sql, @Nullable Long topic) throws SQLException {
    Connection connection = tables.connection();
    connection.commit();
    try (PreparedStatement copy = connection.prepareStatement(sql)) {
      if (topic != null) {
        copy.setLong(1, topic);
      }
      copy.executeUpdate();
    }
    connection.commit();
  }

  @Override
  public void close() throws SQLException, IOException {
    try {
      tables.close();
    } finally {
      SqliteDatabase.remove(folder.resolve(DATABASE));
      SqliteDatabase.remove(folder.resolve(BEFORE));
    }
  }
}
