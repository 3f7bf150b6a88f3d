package dev.tertulia.server.storage;

import static java.util.Objects.requireNonNull;

import dev.tertulia.server.model.Language;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.EntryWriter.EntryPosition;
import dev.tertulia.server.storage.admin.EntryLine;
import dev.tertulia.server.storage.admin.Import;
import dev.tertulia.server.storage.rows.BadLineException;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.ExportLine;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// What the fuzzer calls: an import reads anything, and either refuses it as a bad line or stores
/// what can be read, delivered as one line of JSON, and exported as a line that is read as the same
/// row.
public final class ImportTarget {
  private static final EntryWriter WRITER = EntryWriter.of(Language.EN);
  private static final LogTables TABLES = tables();

  private ImportTarget() {}

  private static LogTables tables() {
    try (InputStream in =
        requireNonNull(ImportTarget.class.getResourceAsStream("/db/sqlite/V1__log.sql"))) {
      String schema = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      var connection = DriverManager.getConnection("jdbc:sqlite::memory:");
      try (Statement statement = connection.createStatement()) {
        statement.executeUpdate(schema);
      }
      connection.setAutoCommit(false);
      return new LogTables(connection);
    } catch (IOException | SQLException e) {
      throw new AssertionError(e);
    }
  }

  /// Called by name, again and again.
  public static void fuzzerTestOneInput(byte[] input) throws IOException, SQLException {
    try {
      importAll(input);
    } catch (CorruptionException refused) {
      if (!(refused.getCause() instanceof BadLineException)) {
        throw new AssertionError(refused);
      }
    }
  }

  /// Imports `lines`, reads what is stored then, and takes it back.
  ///
  /// @throws CorruptionException if they are refused
  static void importAll(byte[] lines) throws IOException, SQLException {
    try {
      new Import(TABLES, new ByteArrayInputStream(lines), Progress.NONE, 0).readAll();
      readAll();
    } finally {
      TABLES.rollback();
    }
  }

  private static void readAll() throws SQLException {
    String query =
        "SELECT t.kind, t.name, %s FROM entry e JOIN topic t ON t.id = e.topic_id"
            .formatted(EntryRow.COLUMNS.replaceAll("(\\w+)", "e.$1"));
    try (Statement statement = TABLES.connection().createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        TopicName topic =
            new TopicRow(0, rows.getInt(1), rows.getString(2), 0, 0, 0, 0, 0, 0).topic();
        readOne(topic, EntryRow.read(rows, 3));
      }
    }
  }

  private static void readOne(TopicName topic, EntryRow row) {
    byte[] frame =
        WRITER.entry(
            row.entry(),
            topic.name(),
            new EntryPosition(row.offset(), row.position().toString()),
            row.time(),
            EntryRow.id(topic, row.position(), row.request()));
    for (byte b : frame) {
      if (b == '\n' || b == '\r') {
        throw new AssertionError("more than one line: " + text(frame));
      }
    }
    byte[] line = EntryLine.write(topic.label(), row);
    try {
      EntryRow again =
          EntryLine.read(ExportLine.parse(line, line.length - 1), topic, row.topicId());
      if (again.checksum() != row.checksum()) {
        throw new AssertionError("another row is read from " + text(line));
      }
    } catch (BadLineException e) {
      throw new AssertionError("an export that can't be imported: " + text(line), e);
    }
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
