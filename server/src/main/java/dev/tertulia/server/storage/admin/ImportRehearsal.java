package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.PrivateFiles;
import dev.tertulia.server.storage.Progress;
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

/// Imports lines into a database of its own, to find out whether they can be imported into that of
/// a running server, beside which it works. The database has a copy of what the lines are merged
/// with, and is removed in the end. For one thread.
final class ImportRehearsal {
  /// The database, in the data folder. It contains texts, so that a start removes one that was
  /// left.
  private static final String DATABASE = "import.sqlite";

  /// Lines that did not come from a file, for the second reading.
  private static final String LINES = "import.jsonl";

  private ImportRehearsal() {}

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

  /// Reads and checks all lines.
  ///
  /// @return the topics of which something would be stored
  /// @throws dev.tertulia.server.storage.CorruptionException if one is bad, or says another thing
  ///   than the database
  static Map<TopicName, Expected> of(Path folder, InputStream in, Progress progress)
      throws SQLException, IOException {
    Path file = folder.resolve(DATABASE);
    try {
      SqliteDatabase scratch = SqliteDatabase.scratch(file);
      try (LogTables tables = new LogTables(scratch.connect())) {
        attach(tables.connection(), DataFolder.databaseIn(folder));
        Map<TopicName, Expected> topics = new LinkedHashMap<>();
        new Import(tables, in, progress, 0, new Topics(tables, topics)).readAll();
        return topics;
      }
    } finally {
      SqliteDatabase.remove(file);
    }
  }

  /// Brings in what the folder has of a topic when its lines begin, and notes what is stored.
  private record Topics(LogTables tables, Map<TopicName, Expected> found) implements Import.Topics {
    @Override
    public void begin(@Nullable TopicRow before) throws SQLException {
      if (before != null) {
        copy(tables, before.id());
      }
    }

    @Override
    public void stored(TopicName name, @Nullable TopicRow before, boolean further) {
      found.put(name, new Expected(before, further));
    }
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
      Files.deleteIfExists(folder.resolve(LINES));
    }
  }

  /// With all topics, because lines tell of some that are not in the export.
  private static void attach(Connection connection, Path live) throws SQLException, IOException {
    connection.setAutoCommit(true);
    try (PreparedStatement attach = connection.prepareStatement("ATTACH DATABASE ? AS live")) {
      attach.setString(1, live.toRealPath().toString());
      attach.execute();
    }
    connection.setAutoCommit(false);
    copy(connection, "INSERT INTO main.topic SELECT * FROM live.topic", null);
  }

  private static void copy(LogTables tables, long topic) throws SQLException {
    copy(
        tables.connection(),
        "INSERT OR IGNORE INTO main.entry SELECT * FROM live.entry WHERE topic_id = ?",
        topic);
    for (Table<?> table : tables.tables().all()) {
      if (table.lines() instanceof Lines.InTopic<?>) {
        copy(
            tables.connection(),
            "INSERT OR IGNORE INTO main.%s SELECT * FROM live.%s WHERE topic_id = ?"
                .formatted(table.name(), table.name()),
            topic);
      }
    }
  }

  /// In a transaction of its own, so that no snapshot of the server's database is held for long.
  private static void copy(Connection connection, String sql, @Nullable Long topic)
      throws SQLException {
    connection.commit();
    try (PreparedStatement copy = connection.prepareStatement(sql)) {
      if (topic != null) {
        copy.setLong(1, topic);
      }
      copy.executeUpdate();
    }
    connection.commit();
  }
}
