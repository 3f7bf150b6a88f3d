package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.read.SqlLog;
import dev.tertulia.server.storage.rows.KeyList;
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
import java.util.regex.Pattern;
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
        String failure = "";
        for (String each : withKeys(example(sql))) {
          try (PreparedStatement statement = connection.prepareStatement(each)) {
            statement.getParameterMetaData();
            failure = "";
            break;
          } catch (SQLException e) {
            failure = String.valueOf(e.getMessage());
          } finally {
            connection.rollback();
          }
        }
        if (!failure.isEmpty()) {
          wrong.put(sql, failure);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /// The statement, if it has a list of keys for each way in which their columns may be numbers or
  /// texts, of which one is right.
  private static List<String> withKeys(String sql) {
    int columns = 0;
    while (sql.contains("k.value ->> " + columns)) {
      columns++;
    }
    List<String> all = new ArrayList<>();
    for (int texts = 0; texts < 1 << columns; texts++) {
      Object[] key = new Object[columns];
      for (int i = 0; i < columns; i++) {
        key[i] = (texts >> i & 1) == 0 ? (Object) 1L : "x";
      }
      KeyList keys = new KeyList();
      keys.add(key);
      all.add(columns == 0 ? sql : keys.translated(sql));
    }
    return all;
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
      KeyList keys = new KeyList();
      keys.add(1L, "ana", "r1");
      String find =
          keys.translated(RequestRow.TABLE.findAll())
              .replace("?::bigint[]", "'{1}'::bigint[]")
              .replace("?::text[]", "'{ana}'::text[]");
      List<String> plan = new ArrayList<>();
      try (ResultSet lines = statement.executeQuery("EXPLAIN " + find)) {
        while (lines.next()) {
          plan.add(lines.getString(1));
        }
      }
      assertThat(String.join("\n", plan))
          .contains("request_pkey")
          .containsPattern("Index Cond: .*topic_id = .*id = .*client = ");
    }
  }

  /// A part of a plan that reads a table through an index, but all of it.
  private static final Pattern WHOLE_INDEX =
      Pattern.compile("Index (?:Only )?Scan (?:Backward )?using \\w+ on (\\w+).*");

  /// Parts of statements that may all the same, and why.
  private static final Map<String, String> MAY =
      Map.of(
          "WHERE expires < ? OR expires > ?",
          "looked for in an index twice, if the values suggest it, of which this plan knows"
              + " nothing",
          "FROM client LIMIT k.value",
          "counts up to a limit",
          "NOT EXISTS (SELECT 1 FROM batch)",
          "reads one row");

  /// As [QueryPlansTest] has it for SQLite: what PostgreSQL can only carry out by reading a whole
  /// table, or a whole index, is what may.
  @Test
  void postgresReadsNoTableAsAWhole()
      throws SQLException, IOException, URISyntaxException, ReflectiveOperationException {
    String url = Postgres.shared().newDatabase();
    Map<String, List<String>> wrong = new TreeMap<>();
    int explained = 0;
    PostgresDatabase.open(PostgresAddress.of(url, null)).close();
    // Otherwise the driver would wait for the parameters.
    try (Connection connection = Postgres.connectTo(url, "&preferQueryMode=simple");
        Statement statement = connection.createStatement()) {
      // Whatever can be done otherwise is.
      statement.execute(
          "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off");
      for (String sql : QueryPlansTest.commonStatements()) {
        if (sql.startsWith("INSERT")
            || MAY.keySet().stream().anyMatch(sql::contains)
            || QueryPlansTest.allowing(sql) != null) {
          continue;
        }
        List<String> plan = plan(statement, sql);
        explained++;
        List<String> whole = readingAll(plan);
        if (!whole.isEmpty()) {
          wrong.put(sql, plan);
        }
      }
    }
    assertThat(explained).isGreaterThan(40);
    assertThat(wrong).isEmpty();
  }

  /// That of the first of its ways that is right.
  private static List<String> plan(Statement statement, String sql) throws SQLException {
    SQLException failure = new SQLException("there is no way");
    for (String each : withKeys(example(sql))) {
      List<String> plan = new ArrayList<>();
      try (ResultSet lines =
          statement.executeQuery("EXPLAIN (GENERIC_PLAN, COSTS OFF) " + numbered(each))) {
        while (lines.next()) {
          plan.add(lines.getString(1));
        }
        return plan;
      } catch (SQLException e) {
        failure = e;
      }
    }
    throw failure;
  }

  private static String example(String sql) {
    return sql.replace("?#", "?").replace("(#)", "('1')").replace("#", "1");
  }

  private static String numbered(String sql) {
    StringBuilder numbered = new StringBuilder();
    int number = 0;
    for (int i = 0; i < sql.length(); i++) {
      char c = sql.charAt(i);
      numbered.append(c == '?' ? "$" + ++number : String.valueOf(c));
    }
    return numbered.toString();
  }

  private static List<String> readingAll(List<String> plan) {
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < plan.size(); i++) {
      String line = plan.get(i).strip();
      boolean whole =
          WHOLE_INDEX.matcher(line.replaceFirst("^-> +", "")).matches()
              && (i + 1 == plan.size() || !plan.get(i + 1).strip().startsWith("Index Cond:"));
      if (whole || line.contains("Seq Scan on ")) {
        wrong.add(line);
      }
    }
    return wrong;
  }
}
