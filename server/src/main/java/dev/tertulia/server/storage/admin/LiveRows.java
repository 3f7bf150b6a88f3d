package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.rows.Lines;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;

/// What the lines of an import are merged with, as an SQLite file that a rehearsal can attach: the
/// database itself, or a copy of those rows of another database that are asked for. For one thread.
interface LiveRows extends AutoCloseable {
  /// The file to be attached, by the name `live`. It is created, if it is a copy.
  Path file() throws SQLException, IOException;

  /// Brings all topics, because lines tell of some that are not in the export. The connection has
  /// no transaction.
  void topics(Connection scratch) throws SQLException;

  /// Brings what belongs to a topic. The connection has no transaction.
  void topic(Connection scratch, long id) throws SQLException;

  /// Ends the reading of the other database.
  @Override
  default void close() throws SQLException {}

  /// Opens them.
  interface Source {
    /// Opens them.
    ///
    /// @param folder for a copy
    LiveRows open(Path folder) throws SQLException;
  }

  /// A database in SQLite, in which all is there already.
  record InFile(Path database) implements LiveRows {
    @Override
    public Path file() throws IOException {
      return database.toRealPath();
    }

    @Override
    public void topics(Connection scratch) {}

    @Override
    public void topic(Connection scratch, long id) {}
  }

  /// A database elsewhere. Each copy is a transaction of its own there.
  ///
  /// @param reader reads from it
  /// @param copy the file, which is created
  /// @param everything whether what belongs to no topic is brought too, and not only what an import
  ///   can meet among the topics
  record Elsewhere(Connection reader, Path copy, boolean everything) implements LiveRows {
    private static final int FETCHED = 1_000;

    @Override
    public Path file() throws SQLException, IOException {
      SqliteDatabase.scratch(copy);
      return copy.toRealPath();
    }

    @Override
    public void topics(Connection scratch) throws SQLException {
      copy(scratch, TopicRow.TABLE, TopicRow.TABLE.all());
      for (Table<?> table : Tables.ALL.all()) {
        if (everything && table.lines() instanceof Lines.AfterTopics<?>) {
          copy(scratch, table, table.all());
        }
      }
    }

    @Override
    public void topic(Connection scratch, long id) throws SQLException {
      for (Table<?> table : Tables.ALL.all()) {
        if (ImportRehearsal.isOfTopics(table)) {
          copy(scratch, table, table.ofTopic(id));
        }
      }
    }

    @Override
    public void close() throws SQLException {
      reader.close();
    }

    private void copy(Connection scratch, Table<?> table, String query) throws SQLException {
      reader.setAutoCommit(false);
      String insert =
          "INSERT OR IGNORE INTO live.%s (%s) VALUES (%s)"
              .formatted(
                  table.name(),
                  table.columns(),
                  String.join(", ", Collections.nCopies(table.width(), "?")));
      try (Statement statement = reader.createStatement();
          PreparedStatement put = scratch.prepareStatement(insert)) {
        statement.setFetchSize(FETCHED);
        try (ResultSet rows = statement.executeQuery(query)) {
          while (rows.next()) {
            for (int i = 1; i <= table.width(); i++) {
              put.setObject(i, rows.getObject(i));
            }
            put.executeUpdate();
          }
        }
      } finally {
        reader.rollback();
      }
      scratch.commit();
    }
  }
}
