package dev.tertulia.server.storage.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.LogFixture;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The indexes that SQLite uses for pages.
final class LogPlansTest {
  private LogFixture log;

  @BeforeEach
  void open(@TempDir Path path) throws SQLException {
    log = new LogFixture(path.resolve("data"));
  }

  @AfterEach
  void close() throws SQLException {
    log.close();
  }

  @Test
  void pagesUseTheirIndexes() throws SQLException {
    assertThat(plan(SqlRooms.BEFORE)).anyMatch(line -> line.contains("INDEX entry_message"));
    assertThat(plan(SqlRooms.AFTER)).anyMatch(line -> line.contains("INDEX entry_message"));
    for (String query : List.of(SqlRooms.ROOMS, SqlRooms.NAMED_ROOMS)) {
      assertThat(plan(query)).anyMatch(line -> line.contains("COVERING INDEX entry_message"));
    }
    assertThat(plan(SqlRooms.TOPICS))
        .anyMatch(line -> line.contains("COVERING INDEX participant_member"));
    // What finds out that the others leave something out.
    for (String query : List.of(SqlRooms.ALL, NotificationCursor.ALL)) {
      assertThat(plan(query))
          .singleElement()
          .asString()
          .contains("USING INDEX sqlite_autoindex_entry_1 (topic_id=? AND entry_offset>?");
    }
    for (String query :
        List.of(
            InboxView.LIVE,
            InboxView.LIVE_OFFSETS,
            NotificationCursor.BACKWARDS,
            NotificationCursor.FORWARDS)) {
      assertThat(plan(query)).anyMatch(line -> line.contains("INDEX entry_notification"));
    }
    assertThat(plan(DeliveryStatusQuery.READINGS))
        .anyMatch(line -> line.contains("INDEX entry_read"));
    assertThat(plan(SqlRooms.EDITS))
        .anyMatch(line ->
            line.contains("COVERING INDEX entry_target (topic_id=? AND target=? AND kind=?"));
    assertThat(plan(SqlRooms.ROOMS))
        .anyMatch(line -> line.contains("SEARCH participant"))
        .anyMatch(line -> line.contains("SEARCH topic"));
  }

  private List<String> plan(String query) throws SQLException {
    List<String> plan = new ArrayList<>();
    try (Statement statement = log.connection.createStatement();
        ResultSet result =
            statement.executeQuery("EXPLAIN QUERY PLAN " + query.replace("?", "1"))) {
      while (result.next()) {
        plan.add(result.getString("detail"));
      }
    }
    return Collections.unmodifiableList(plan);
  }
}
