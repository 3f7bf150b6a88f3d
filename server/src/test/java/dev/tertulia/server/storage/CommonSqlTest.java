package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.postgres.PostgresAddress;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.read.SqlLog;
import dev.tertulia.server.testing.Postgres;
import java.io.IOException;
import java.net.URISyntaxException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
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
}
