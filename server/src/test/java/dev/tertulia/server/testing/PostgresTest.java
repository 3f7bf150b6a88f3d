package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag(Postgres.TAG)
final class PostgresTest {
  @Test
  void databasesAreSeparateAndSortedByBytes() throws SQLException {
    String one = Postgres.shared().newDatabase();
    String other = Postgres.shared().newDatabase();
    try (Connection connection = Postgres.connectTo(one);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE public.word (word text)");
    }
    assertThat(Postgres.ask(one, "SELECT to_regclass('public.word') IS NOT NULL")).isEqualTo("t");
    assertThat(Postgres.ask(other, "SELECT to_regclass('public.word') IS NULL")).isEqualTo("t");
    assertThat(Postgres.ask(one, "SELECT 'a' > 'Z'")).isEqualTo("t");
    assertThat(Postgres.ask(one, "SHOW server_encoding")).isEqualTo("UTF8");
    assertThat(Postgres.ask(one, "SHOW server_version_num"))
        .startsWith(System.getProperty("test.postgres", "18"));
    Postgres.shared().drop(one);
    Postgres.shared().drop(other);
  }
}
