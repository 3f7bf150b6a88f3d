package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.journal.RetentionSweeper;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.journal.WriterSession;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A retention slice runs in the transaction of a batch, before the rows of new topics of this
/// batch are written: it must not take these for removed topics.
final class RetentionBeforeNewTopicsTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final Duration MONTH = Duration.ofDays(30);

  @TempDir private Path path;
  private DataFolder folder;
  private SqliteDatabase database;
  private LogTables tables;
  private WriterSession session;

  @BeforeEach
  void open() throws SQLException {
    folder = DataFolder.open(path);
    database = SqliteDatabase.lasting(folder);
    tables = new LogTables(database.connect());
    session = new WriterSession(tables, 1, NameBounds.NONE);
  }

  @AfterEach
  void close() throws SQLException {
    tables.close();
    database.close();
    folder.close();
  }

  private static TopicName room(String name) {
    return TopicName.room(new RoomName(name));
  }

  private static Draft append(TopicName topic, Entry.Kept entry) {
    return new Draft.Append(topic, entry, null, TargetRule.ANY, Draft.Receipt.NONE);
  }

  /// Writes a batch at that time, with the first slice after a start if there is a retainer.
  private void write(long now, RetentionSweeper retentionSweeper, Draft... drafts)
      throws SQLException {
    WriteBatch writeBatch = session.begin(now);
    tables.lock();
    session.add(writeBatch, List.of(drafts));
    retentionSweeper.slice(
        tables, session.topicCache, session.clients, writeBatch, RetentionSweeper.SLICE);
    writeBatch.finish(tables);
    database.commit(tables.connection());
    session.seq = writeBatch.seq;
    writeBatch.release();
  }

  private static RetentionSweeper first(ClientExpiry clientExpiry) {
    return new RetentionSweeper(topic -> Retention.FOREVER, clientExpiry);
  }

  /// A room where somebody is typing has its number before it has a row, and others begin
  /// meanwhile.
  @Test
  void theMembersOfARoomNumberedEarlierStay() throws SQLException {
    RetentionSweeper retentionSweeper = first(ClientExpiry.NEVER);
    write(NOW, retentionSweeper, new Draft.Signal(room("early"), new Entry.Typing(ANA, "Ana")));
    write(NOW, retentionSweeper, append(room("later"), new Entry.Chat(ANA, "Ana", "x")));
    Draft listed = new Draft.Membership(room("early"), BEA, true, 10, Draft.Receipt.NONE);
    write(NOW, first(ClientExpiry.NEVER), listed);
    long early = session.topicCache.of(room("early")).id;
    assertThat(early).isLessThan(session.topicCache.of(room("later")).id);
    assertThat(tables.countMembers(early, 10)).isEqualTo(1);
  }

  @Test
  void aClientThatExpiresWhileItIsNotifiedLeavesNoInbox() throws SQLException {
    write(NOW, first(ClientExpiry.NEVER), new Draft.Seen(BEA, Draft.Receipt.NONE));
    long later = NOW + MONTH.plusDays(1).toMillis();
    TopicName inbox = TopicName.inbox(BEA);
    write(
        later,
        first(new ClientExpiry(MONTH, MONTH, client -> false)),
        append(inbox, new Entry.Notification(ANA, Entry.Scope.PERSONAL, "m")));
    assertThat(ClientRow.find(tables, BEA.value())).isNull();
    assertThat(session.topicCache.of(inbox).entries).isZero();
    close();
    assertThat(Check.of(path, Progress.NONE).findings()).isEmpty();
    open();
  }
}
