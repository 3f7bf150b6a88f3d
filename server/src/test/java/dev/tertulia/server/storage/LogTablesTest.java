package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTablesTest {
  @TempDir private Path temp;

  @Test
  void whatAmendsAMessageIsFoundWithoutReadingItsRoom() throws SQLException {
    try (DataFolder folder = DataFolder.open(temp);
        Connection connection = SqliteDatabase.lasting(folder).connect();
        PreparedStatement plan =
            connection.prepareStatement("EXPLAIN QUERY PLAN " + LogTables.AMENDMENTS);
        ResultSet result = plan.executeQuery()) {
      assertThat(result.getString("detail")).contains("USING INDEX entry_target");
    }
  }
}
