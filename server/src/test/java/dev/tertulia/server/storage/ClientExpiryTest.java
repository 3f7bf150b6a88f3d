package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.read.SqlInboxes;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What is removed from inboxes with time, and what positions are worth then.
@ParameterizedClass
@EnumSource(names = {"SQLITE", "POSTGRES"})
final class ClientExpiryTest {
  private static final TopicName INBOX = TopicName.inbox(BEA);
  private static final ClientExpiry FORGETTING =
      new ClientExpiry(Duration.ofDays(30), Duration.ofDays(10), ANA::equals);

  private final TestStore store;
  @TempDir private Path folder;

  ClientExpiryTest(TestStore store) {
    this.store = store;
  }

  private static NotificationId sent(TestLog log, TopicName topic) {
    Entry.Notification entry = new Entry.Notification(ANA, Entry.Scope.PERSONAL, "m");
    Outcome.Stored stored = (Outcome.Stored) await(log.append(topic, entry, null, TargetRule.ANY));
    return requireNonNull(NotificationId.parse(stored.id()));
  }

  private static void read(TestLog log, NotificationId id) {
    Entry.InboxRead entry = new Entry.InboxRead(BEA, List.of(id.toString()), null, 0, 0);
    await(log.append(INBOX, entry, null, TargetRule.ANY));
  }

  private static void seen(TestLog log, ClientId client) {
    log.note(receipt -> new Draft.Seen(client, receipt));
  }

  private static void withInboxes(TestLog log, Consumer<InboxLog> what) {
    Readers readers = new Readers(1, 100);
    ReadDatabase database = new ReadDatabase(readers, log.reader());
    try {
      what.accept(new SqlInboxes(database));
    } finally {
      readers.close();
      database.close();
    }
  }

  private static InboxPosition own(NotificationId id) {
    return new InboxPosition(id.position(), null);
  }

  private static InboxPosition all(NotificationId id) {
    return new InboxPosition(null, id.position());
  }

  @Test
  void theOldestNotificationsExpireAndPositionsAtTheFloorStayValid() {
    try (TestLog log = new TestLog(folder, store)) {
      seen(log, BEA);
      NotificationId one = sent(log, INBOX);
      NotificationId first = sent(log, TopicName.BROADCASTS);
      NotificationId two = sent(log, INBOX);
      NotificationId second = sent(log, TopicName.BROADCASTS);
      sent(log, INBOX);
      read(log, one);
      log.retention = topic -> topic.equals(INBOX) ? Retention.ofMessages(1) : Retention.FOREVER;
      sent(log, INBOX);
      log.until(() -> log.ask("SELECT floor FROM topic WHERE kind = 2").equals("3"));
      assertThat(log.ask("SELECT count(*) FROM inbox_read")).isEqualTo("0");
      assertThat(log.ask("SELECT floor_broadcasts FROM client")).isEqualTo("2");
      withInboxes(
          log,
          inboxes -> {
            assertThat(inboxes.unread(BEA)).isEqualTo(3);
            assertThat(inboxes.since(BEA, own(one), 10, 1 << 20)).isNull();
            assertThat(inboxes.since(BEA, own(two), 10, 1 << 20)).isNull();
            assertThat(inboxes.since(BEA, all(first), 10, 1 << 20)).isNull();
            // Between this broadcast and what is kept, one was let go.
            assertThat(inboxes.since(BEA, all(second), 10, 1 << 20)).isNull();
            assertThat(inboxes.before(BEA, one, 10, false)).isNull();
          });
      // Reading what is not there any more is nothing to do.
      assertThat(
              await(
                  log.append(
                      INBOX,
                      new Entry.InboxRead(BEA, List.of(two.toString()), null, 0, 0),
                      null,
                      TargetRule.ANY)))
          .isEqualTo(new Outcome.Read(3));
      log.retention = topic -> topic.equals(INBOX) ? Retention.ofMessages(0) : Retention.FOREVER;
      NotificationId third = sent(log, TopicName.BROADCASTS);
      NotificationId last = sent(log, INBOX);
      log.until(() -> log.ask("SELECT entries FROM topic WHERE kind = 2").equals("0"));
      NotificationId fourth = sent(log, TopicName.BROADCASTS);
      withInboxes(
          log,
          inboxes -> {
            for (InboxPosition good : List.of(own(last), all(fourth))) {
              InboxLog.LogPage rest = requireNonNull(inboxes.since(BEA, good, 10, 1 << 20));
              assertThat(rest.end())
                  .isEqualTo(new InboxPosition(last.position(), fourth.position()));
              assertThat(rest.items()).hasSize(good.personal() == null ? 0 : 1);
            }
            assertThat(inboxes.since(BEA, all(third), 10, 1 << 20)).isNull();
          });
    }
  }

  @Test
  void reportsAboutBroadcastsAreRemovedWithThem() {
    try (TestLog log = new TestLog(folder, store)) {
      seen(log, BEA);
      NotificationId one = sent(log, TopicName.BROADCASTS);
      read(log, one);
      log.note(receipt -> new Draft.Shown(BEA, "d", one.topic(), one.position(), receipt));
      NotificationId two = sent(log, TopicName.BROADCASTS);
      log.retention =
          topic -> topic.equals(TopicName.BROADCASTS) ? Retention.ofMessages(1) : Retention.FOREVER;
      NotificationId three = sent(log, TopicName.BROADCASTS);
      log.until(() -> log.ask("SELECT floor FROM topic WHERE kind = 3").equals("2"));
      log.pass(Duration.ofMinutes(2));
      log.until(() -> log.ask("SELECT count(*) FROM inbox_read").equals("0"));
      log.until(() -> log.ask("SELECT count(*) FROM shown").equals("0"));
      withInboxes(
          log,
          inboxes -> {
            assertThat(inboxes.unread(BEA)).isEqualTo(1);
            assertThat(inboxes.since(BEA, all(one), 10, 1 << 20)).isNull();
            InboxLog.LogPage rest = requireNonNull(inboxes.since(BEA, all(two), 10, 1 << 20));
            assertThat(rest.items())
                .extracting(item -> item.publication().id())
                .containsExactly(three.toString());
          });
    }
  }

  @Test
  void absentClientsAndDevicesExpireAndConnectedOnesDoNot() {
    try (TestLog log = new TestLog(folder, FORGETTING, store)) {
      log.pass(Duration.ofDays(1000));
      seen(log, ANA);
      seen(log, BEA);
      NotificationId id = sent(log, INBOX);
      NotificationId all = sent(log, TopicName.BROADCASTS);
      log.note(receipt -> new Draft.Acked(BEA, "d", own(id), receipt));
      log.note(receipt -> new Draft.Shown(BEA, "d", id.topic(), id.position(), receipt));
      read(log, id);
      log.pass(Duration.ofDays(11));
      log.until(() -> log.ask("SELECT count(*) FROM device").equals("0"));
      assertThat(log.ask("SELECT count(*) FROM shown")).isEqualTo("0");
      assertThat(log.ask("SELECT count(*) FROM client")).isEqualTo("2");
      log.pass(Duration.ofDays(20));
      log.until(() -> log.ask("SELECT string_agg(client, ',') FROM client").equals("ana"));
      log.until(() -> log.ask("SELECT entries FROM topic WHERE kind = 2").equals("0"));
      assertThat(log.ask("SELECT count(*) FROM inbox_read")).isEqualTo("0");
      withInboxes(
          log,
          inboxes -> {
            assertThat(inboxes.unread(BEA)).isZero();
            assertThat(inboxes.visits(BEA)).isNull();
          });
      // Who comes again begins anew, and what it had kept is not enough.
      seen(log, BEA);
      withInboxes(
          log,
          inboxes -> {
            assertThat(inboxes.since(BEA, own(id), 10, 1 << 20)).isNull();
            assertThat(inboxes.since(BEA, all(all), 10, 1 << 20)).isNull();
            assertThat(requireNonNull(inboxes.before(BEA, null, 10, false)).items()).isEmpty();
          });
      NotificationId next = sent(log, INBOX);
      withInboxes(
          log,
          inboxes ->
              assertThat(requireNonNull(inboxes.before(BEA, null, 10, false)).items())
                  .extracting(item -> item.publication().id())
                  .containsExactly(next.toString()));
    }
  }

  /// An anonymous client has an id that nobody ever has again.
  @Test
  void nothingOfAClientThatNeverComesBackIsKept() {
    ClientId away = new ClientId("anon:away");
    ClientId here = new ClientId("anon:here");
    ClientExpiry passing =
        new ClientExpiry(Duration.ofDays(30), Duration.ofDays(10), "anon:", here::equals);
    try (TestLog log = new TestLog(folder, passing, store)) {
      seen(log, BEA);
      seen(log, away);
      seen(log, here);
      sent(log, TopicName.inbox(away));
      sent(log, TopicName.inbox(here));
      log.pass(ClientExpiry.PASSING.plusMinutes(1));
      log.until(() ->
          log.ask("SELECT string_agg(client, ',' ORDER BY client) FROM client")
              .equals("anon:here,bea"));
      log.until(() -> log.ask("SELECT sum(entries) FROM topic WHERE kind = 2").equals("1"));
      log.pass(Duration.ofDays(2));
      log.until(() ->
          log.ask("SELECT string_agg(name, ',') FROM topic WHERE kind = 2").equals("anon:here"));
    }
  }
}
