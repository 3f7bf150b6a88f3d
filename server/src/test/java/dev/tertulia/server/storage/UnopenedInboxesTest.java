package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Inboxes of names that nobody has ever used leave the storage when they are empty.
@ParameterizedClass
@EnumSource(names = {"SQLITE", "POSTGRES"})
final class UnopenedInboxesTest {
  private static final TopicName GHOST = TopicName.inbox(new ClientId("ghost"));

  private final TestStore store;
  @TempDir private Path folder;

  UnopenedInboxesTest(TestStore store) {
    this.store = store;
  }

  private static String notifies(TestLog log, TopicName topic) {
    Entry.Scope scope =
        topic.equals(TopicName.BROADCASTS) ? Entry.Scope.BROADCAST : Entry.Scope.PERSONAL;
    Entry.Notification entry = new Entry.Notification(ANA, scope, "m");
    return ((Outcome.Stored) await(log.append(topic, entry, null, TargetRule.ANY))).id();
  }

  private static void passDays(TestLog log, int days) {
    for (int i = 0; i < 2 * days; i++) {
      log.pass(Duration.ofHours(12));
      log.note(receipt -> new Draft.Seen(ANA, receipt));
    }
  }

  private TestLog open(long clock) {
    TestLog log = new TestLog(folder, store);
    log.clock = clock;
    log.retention = topic -> new Retention(Duration.ofMinutes(10), Long.MAX_VALUE, Long.MAX_VALUE);
    return log;
  }

  private static String clients(TestLog log) {
    return log.ask("SELECT string_agg(client, ' ' ORDER BY client) FROM client");
  }

  private static String inboxes(TestLog log) {
    return log.ask("SELECT string_agg(name, ' ' ORDER BY name) FROM topic WHERE kind = 2");
  }

  private static void awaitEmpty(TestLog log) {
    log.pass(Duration.ofMinutes(11));
    log.until(() -> log.ask("SELECT sum(entries) FROM topic").equals("0"));
  }

  @Test
  void anEmptyInboxThatNobodyHasOpenedIsRemovedInALaterTerm() throws Exception {
    long clock;
    String first;
    try (TestLog log = open(1_000_000)) {
      log.note(receipt -> new Draft.Seen(BEA, receipt));
      first = notifies(log, GHOST);
      notifies(log, TopicName.inbox(BEA));
      notifies(log, TopicName.inbox(ANA));
      awaitEmpty(log);
      passDays(log, 3);
      assertThat(inboxes(log)).as("ids of this term could come again").isEqualTo("ana bea ghost");
      clock = log.clock;
    }
    try (TestLog log = open(clock)) {
      log.until(() -> {
        log.pass(Duration.ofMinutes(2));
        return clients(log).equals("ana bea");
      });
      assertThat(inboxes(log)).as("those that were opened stay").isEqualTo("ana bea");
      String again = notifies(log, GHOST);
      assertThat(again).isNotEqualTo(first);
      assertThat(clients(log)).isEqualTo("ana bea ghost");
    }
  }

  @Test
  void anInboxWithABroadcastStays() {
    long clock;
    try (TestLog log = open(1_000_000)) {
      log.retention =
          topic -> topic.equals(TopicName.BROADCASTS) ? Retention.FOREVER : Retention.ofMessages(0);
      notifies(log, GHOST);
      notifies(log, TopicName.BROADCASTS);
      notifies(log, TopicName.inbox(new ClientId("later")));
      notifies(log, TopicName.inbox(BEA));
      log.until(() -> log.ask("SELECT sum(entries) FROM topic").equals("1"));
      clock = log.clock;
    }
    try (TestLog log = open(clock)) {
      log.retention = topic -> Retention.FOREVER;
      log.pass(Duration.ofDays(2));
      log.until(() -> {
        log.pass(Duration.ofMinutes(2));
        return clients(log).equals("bea ghost");
      });
    }
  }
}
