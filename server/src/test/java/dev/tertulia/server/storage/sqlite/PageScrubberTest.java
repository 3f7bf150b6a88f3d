package dev.tertulia.server.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is scrubbed holds no deleted text, and is the same database.
final class PageScrubberTest {
  private static final String SECRET = "secreto";

  @TempDir private Path temp;

  /// Rows of all lengths come and go between each other, so that they move from page to page; large
  /// ones have overflow pages.
  @ParameterizedTest
  @CsvSource({"4096, 2", "4096, 0", "512, 2", "65536, 2"})
  void deletedTextsAreGoneAndTheRestIsThere(int pageBytes, int autoVacuum) throws Exception {
    RandomGenerator random = Seeded.print().random();
    Path file = temp.resolve("database");
    List<String> rows;
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("PRAGMA page_size = " + pageBytes);
      statement.executeUpdate("PRAGMA auto_vacuum = " + autoVacuum);
      statement.execute("PRAGMA secure_delete = ON");
      statement.executeUpdate(
          "CREATE TABLE t (k INTEGER, v TEXT, PRIMARY KEY (k, v)) WITHOUT ROWID");
      statement.executeUpdate("CREATE TABLE r (id INTEGER PRIMARY KEY, v TEXT)");
      statement.executeUpdate("CREATE INDEX r_v ON r (v)");
      fill(connection, random);
      statement.executeUpdate("DELETE FROM t WHERE v LIKE '%" + SECRET + "%'");
      statement.executeUpdate("DELETE FROM r WHERE v LIKE '%" + SECRET + "%'");
      rows = rows(statement);
    }
    assertThat(holdsSecret(file)).as("copies that SQLite leaves").isTrue();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      PageScrubber scrubber = new PageScrubber(channel);
      for (long last = scrubber.pages(); last > 0; last -= 100) {
        scrubber.scrub(Math.max(1, last - 99), last);
      }
      assertThat(scrubber.changed()).isTrue();
    }
    assertThat(holdsSecret(file)).isFalse();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      assertThat(rows(statement)).isEqualTo(rows);
      try (ResultSet check = statement.executeQuery("PRAGMA integrity_check")) {
        assertThat(check.getString(1)).isEqualTo("ok");
      }
      // And it can be written.
      fill(connection, random);
      try (ResultSet check = statement.executeQuery("PRAGMA integrity_check")) {
        assertThat(check.getString(1)).isEqualTo("ok");
      }
    }
  }

  private static void fill(Connection connection, RandomGenerator random) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement one =
            connection.prepareStatement("INSERT OR IGNORE INTO t VALUES (?, ?)");
        PreparedStatement two = connection.prepareStatement("INSERT INTO r (v) VALUES (?)");
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 4000; i++) {
        String text = (i % 2 == 0 ? SECRET : "rest") + i + "-" + "x".repeat(random.nextInt(200));
        one.setInt(1, random.nextInt(1000));
        one.setString(2, text);
        one.executeUpdate();
        two.setString(1, i % 50 == 0 ? text.repeat(30) : text);
        two.executeUpdate();
        if (i % 400 == 0) {
          statement.executeUpdate("DELETE FROM r WHERE id % 7 = " + random.nextInt(7));
        }
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private static List<String> rows(Statement statement) throws SQLException {
    List<String> rows = new ArrayList<>();
    for (String table : List.of("t", "r")) {
      try (ResultSet result = statement.executeQuery("SELECT * FROM " + table + " ORDER BY 1, 2")) {
        while (result.next()) {
          rows.add(result.getLong(1) + result.getString(2));
        }
      }
    }
    return rows;
  }

  private static boolean holdsSecret(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).contains(SECRET);
  }
}
