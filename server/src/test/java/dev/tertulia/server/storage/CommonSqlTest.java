package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.read.SqlLog;
import dev.tertulia.server.storage.rows.RequestRow;
import dev.tertulia.server.testing.Postgres;
import java.io.IOException;
import java.net.URISyntaxException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// That PostgreSQL understands every statement of the writer and of the readers, which SQLite is
/// known to understand.
final class CommonSqlTest {
  @Test
  void postgresUnderstandsEveryStatement()
      throws SQLException, IOException, URISyntaxException, ReflectiveOperationException {
    String url = Postgres.shared().newDatabase();
    Set<String> statements = QueryPlansTest.commonStatements();
    assertThat(statements).hasSizeGreaterThan(60).contains(SqlLog.SINCE);
    Map<String, String> wrong = new TreeMap<>();
    try (PostgresDatabase database = PostgresDatabase.open(PostgresAddress.of(url, null));
        Connection connection = database.connect()) {
      for (String sql : statements) {
        try (PreparedStatement statement =
            connection.prepareStatement(sql.replace("(#)", "('1')").replace("#", "1"))) {
          statement.getParameterMetaData();
        } catch (SQLException e) {
          wrong.put(sql, String.valueOf(e.getMessage()));
        }
        connection.rollback();
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void postgresFindsManyKeysByTheirIndex() throws SQLException {
    String url = Postgres.shared().newDatabase();
    try (PostgresDatabase database = PostgresDatabase.open(PostgresAddress.of(url, null));
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      // As in a large table, of which there is nothing else to read.
      statement.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off");
      statement.execute("SET LOCAL enable_mergejoin = off");
      String find = RequestRow.TABLE.findAll().replace("?", "'[[1,\"ana\",\"r1\"]]'");
      List<String> plan = new ArrayList<>();
      try (ResultSet lines = statement.executeQuery("EXPLAIN " + find)) {
        while (lines.next()) {
          plan.add(lines.getString(1));
        }
      }
      assertThat(String.join("\n", plan))
          .contains("request_pkey")
          .containsPattern("Index Cond: .*topic_id = .*client = .*id = ");
    }
  }
}
