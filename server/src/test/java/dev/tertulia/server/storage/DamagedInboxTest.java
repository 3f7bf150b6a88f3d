package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.read.SqlInboxes;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An index that has lost a row leaves it out of no page without a word.
final class DamagedInboxTest {
  private static final String INDEX = "WHERE kind = 5";

  @TempDir private Path folder;

  @Test
  void aPageThatMissesANotificationBecauseOfADamagedIndexIsRefused() throws SQLException {
    List<NotificationId> ids = new ArrayList<>();
    try (TestLog log = new TestLog(folder)) {
      for (int i = 0; i < 200; i++) {
        Entry.Notification entry = new Entry.Notification(ANA, Entry.Scope.PERSONAL, "n" + i);
        Outcome.Stored stored =
            (Outcome.Stored)
                TestLog.await(log.append(TopicName.inbox(BEA), entry, null, TargetRule.ANY));
        ids.add(Objects.requireNonNull(NotificationId.parse(stored.id())));
      }
    }
    Readers readers = new Readers(1, 100);
    Path file = DataFolder.databaseIn(folder);
    try (ReadDatabase database = new ReadDatabase(readers, SqliteDatabase.reading(file).reader())) {
      InboxLog inboxes = new SqlInboxes(database);
      assertThat(inboxes.before(BEA, null, 190, false)).isNotNull();
      assertThat(inboxes.after(BEA, ids.getFirst(), 190, false)).isNotNull();
      loseRow(100);
      assertThat(inboxes.before(BEA, null, 30, false)).as("not concerned").isNotNull();
      assertThat(inboxes.after(BEA, ids.getFirst(), 30, false)).as("not concerned").isNotNull();
      assertThatThrownBy(() -> inboxes.before(BEA, null, 190, false))
          .isInstanceOf(LogException.class)
          .hasMessageContaining("./tertulia check");
      assertThatThrownBy(() -> inboxes.after(BEA, ids.getFirst(), 190, false))
          .isInstanceOf(LogException.class)
          .hasMessageContaining("./tertulia check");
    } finally {
      readers.close();
    }
  }

  /// Makes the index of notifications anew without the one at `offset`, and has it look whole.
  private void loseRow(int offset) throws SQLException {
    String lacking = INDEX + " AND entry_offset <> " + offset;
    rewriteIndex(INDEX, lacking);
    execute("REINDEX entry_notification");
    rewriteIndex(lacking, INDEX);
  }

  private void rewriteIndex(String from, String to) throws SQLException {
    execute(
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, '%s', '%s') WHERE name = 'entry_notification'"
            .formatted(from, to),
        "PRAGMA schema_version = " + System.nanoTime() % 1_000_000);
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + DataFolder.databaseIn(folder));
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
