package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.sql.BulkLoad;
import dev.tertulia.server.storage.sql.Database;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// An import into a database over the network that no server uses. All lines are read into a file
/// first, by an [ImportRehearsal]; how long that takes, and whether somebody slow writes them, is
/// nothing to the database. Then the rows that differ from what was there are stored at once, in
/// one transaction: all lines are imported, or nothing is.
final class BulkImport {
  private static final int REMOVED_AT_ONCE = 1_000;

  private final Database database;
  private final Connection connection;
  private final Progress progress;
  private long written;

  private BulkImport(Database database, Connection connection, Progress progress) {
    this.database = database;
    this.connection = connection;
    this.progress = progress;
  }

  /// Imports lines, and commits.
  ///
  /// @param connection of `database`, which nobody else uses
  /// @param folder for files, which are as large as the lines; they are removed in the end
  /// @throws dev.tertulia.server.storage.CorruptionException if a line is bad, or says another
  ///   thing than the database; nothing was changed then
  static ImportReport run(
      Database database, Connection connection, Path folder, InputStream in, Progress progress)
      throws SQLException, IOException {
    LiveRows before =
        new LiveRows.Elsewhere(connection, ImportRehearsal.before(folder), /* everything= */ true);
    try (ImportRehearsal rehearsal = new ImportRehearsal(folder, before)) {
      ImportReport report = rehearsal.read(in, progress);
      new BulkImport(database, connection, progress).store(rehearsal.connection());
      return report;
    }
  }

  /// @param rehearsed has what is to be as `main`, and what was as `live`
  private void store(Connection rehearsed) throws SQLException {
    boolean done = false;
    try {
      for (Table<?> table : Tables.ALL.all()) {
        remove(rehearsed, table);
      }
      for (Table<?> table : Tables.ALL.all()) {
        add(rehearsed, table);
      }
      database.loaded(connection);
      database.commit(connection);
      done = true;
    } finally {
      if (!done) {
        connection.rollback();
      }
    }
  }

  /// Removes the rows that are to go, or to be others.
  private void remove(Connection rehearsed, Table<?> table) throws SQLException {
    List<String> columns = List.of(table.columns().split(", "));
    List<String> key = columns.subList(0, table.key());
    try (Statement statement = rehearsed.createStatement();
        ResultSet rows = statement.executeQuery(differing(table, key, "live", "main"));
        PreparedStatement remove = connection.prepareStatement(table.remove())) {
      int count = 0;
      while (rows.next()) {
        for (int i = 1; i <= key.size(); i++) {
          remove.setObject(i, rows.getObject(i));
        }
        remove.addBatch();
        if (++count % REMOVED_AT_ONCE == 0) {
          remove.executeBatch();
        }
      }
      remove.executeBatch();
    }
  }

  /// Adds the rows that are new, or are others now.
  private void add(Connection rehearsed, Table<?> table) throws SQLException {
    List<String> columns = List.of(table.columns().split(", "));
    try (Statement statement = rehearsed.createStatement();
        ResultSet rows = statement.executeQuery(differing(table, columns, "main", "live"));
        BulkLoad load = database.load(connection, table.name(), table.columns())) {
      while (rows.next()) {
        for (int i = 1; i <= columns.size(); i++) {
          switch (rows.getObject(i)) {
            case null -> load.text(null);
            case Number number -> load.number(number.longValue());
            case byte[] bytes -> load.bytes(bytes);
            case Object text -> load.text(text.toString());
          }
        }
        load.endRow();
        if ((++written & 1023) == 0) {
          progress.at("rows written", written, 0);
        }
      }
      load.finish();
    }
  }

  /// Reads `columns` of the rows of one side that the other side does not have like that.
  private static String differing(Table<?> table, List<String> columns, String side, String other) {
    List<String> same = new ArrayList<>();
    for (String column : List.of(table.columns().split(", "))) {
      // Those of the key are found by their index.
      same.add("o.%s %s r.%s".formatted(column, same.size() < table.key() ? "=" : "IS", column));
    }
    return "SELECT r.%s FROM %s.%s AS r WHERE NOT EXISTS (SELECT 1 FROM %s.%s AS o WHERE %s)"
        .formatted(
            String.join(", r.", columns),
            side,
            table.name(),
            other,
            table.name(),
            String.join(" AND ", same));
  }
}
