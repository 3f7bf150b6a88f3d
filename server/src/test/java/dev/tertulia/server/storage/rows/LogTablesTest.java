package dev.tertulia.server.storage.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTablesTest {
  @TempDir private Path temp;

  @Test
  void amendmentsAreFoundWithoutReadingTheRoom() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp);
        Connection connection = SqliteDatabase.lasting(folder).connect();
        PreparedStatement plan =
            connection.prepareStatement("EXPLAIN QUERY PLAN " + LogTables.AMENDMENTS);
        ResultSet result = plan.executeQuery()) {
      assertThat(result.getString("detail")).contains("USING INDEX entry_target");
    }
  }

  /// Of terms 1, 2 and 3, of which 2 writes now: those of time 10 are old, those of time 50 not.
  @Test
  void oldBatchesOfEveryTermAreRemovedInBoundedSteps() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp);
        Connection connection = SqliteDatabase.lasting(folder).connect()) {
      LogTables tables = new LogTables(connection);
      tables.begin(4);
      for (long term = 1; term <= 3; term++) {
        for (long seq = 1; seq <= 5; seq++) {
          tables.put(new BatchRow(term, seq, seq <= 3 ? 10 : 50, false, ""));
        }
      }
      assertThat(tables.retention().removeBatchesOfOthers(2, 20, 100, 4)).isEqualTo(4);
      assertThat(batches(connection)).isEqualTo("0:4 1:4 1:5 2:1 2:2 2:3 2:4 2:5 3:2 3:3 3:4 3:5");
      assertThat(tables.retention().removeBatchesOfOthers(2, 20, 100, 4)).isEqualTo(2);
      assertThat(tables.retention().removeBatchesOfOthers(2, 20, 100, 4)).isZero();
      assertThat(batches(connection)).isEqualTo("0:4 1:4 1:5 2:1 2:2 2:3 2:4 2:5 3:4 3:5");
      assertThat(tables.retention().removeBatches(2, 2, 20, 100, 4)).isEqualTo(2);
      assertThat(tables.retention().removeBatches(2, 5, 20, 40, 4)).isEqualTo(3);
      assertThat(batches(connection)).isEqualTo("0:4 1:4 1:5 3:4 3:5");
    }
  }

  /// Of a time that has not come yet, as when the clock was ahead for a while.
  @Test
  void noHoleComesBetweenBatchesWhenOneOfTheFutureIsRemoved() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp);
        Connection connection = SqliteDatabase.lasting(folder).connect()) {
      LogTables tables = new LogTables(connection);
      for (long time : List.of(50L, 200L, 50L, 60L, 200L)) {
        tables.put(new BatchRow(1, tables.lastSeq(1) + 1, time, false, ""));
      }
      assertThat(tables.retention().removeBatches(1, 9, 20, 100, 9)).isZero();
      assertThat(tables.retention().removeBatches(1, 9, 51, 100, 9)).isEqualTo(3);
      assertThat(batches(connection)).isEqualTo("1:4 1:5");
      assertThat(tables.retention().removeBatches(1, 9, 61, 100, 9)).isEqualTo(2);
    }
  }

  private static String batches(Connection connection) throws SQLException {
    try (PreparedStatement query =
            connection.prepareStatement(
                "SELECT group_concat(term || ':' || seq, ' ' ORDER BY term, seq) FROM batch");
        ResultSet result = query.executeQuery()) {
      return result.getString(1);
    }
  }
}
