package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(names = {"SQLITE", "POSTGRES"})
final class RetentionTest {
  private static final String COUNTS =
      "SELECT floor || ' ' || entries || ' ' || (SELECT count(*) FROM entry) || ' ' || head FROM"
          + " topic";

  private final TestStore store;
  @TempDir Path folder;

  RetentionTest(TestStore store) {
    this.store = store;
  }

  @Test
  void theOldestAboveTheCountAreRemovedAndTheFloorKeepsTheirTerm() {
    try (TestLog log = new TestLog(folder, store)) {
      log.retention = topic -> Retention.ofMessages(10);
      log.say(chat("m1"), "r1");
      log.say(new Entry.Reaction(BEA, 1, "👍", false), null);
      Position first = null;
      for (int i = 3; i <= 600; i++) {
        Outcome.Stored stored = log.stored(chat("m" + i), null);
        first = first == null ? stored.position() : first;
      }
      long term = Objects.requireNonNull(first).term();
      log.until(() -> log.ask(COUNTS).equals("590 10 10 600"));
      assertThat(log.ask("SELECT floor_term FROM topic")).isEqualTo(Long.toString(term));
      assertThat(log.floors.getLast()).isEqualTo(new Position(term, 590));
      assertThat(log.ask("SELECT count(*) FROM reaction")).isEqualTo("0");
      assertThat(log.ask("SELECT bytes - (SELECT sum(length(body)) FROM entry) FROM topic"))
          .isEqualTo("0");
      assertThat(log.say(new Entry.Edit(ANA, 1, "x"), null))
          .isEqualTo(new Outcome.Refused(ErrorCode.NOT_FOUND));
      // The request outlives its entry.
      assertThat(log.stored(chat("m1"), "r1").position()).isEqualTo(new Position(term, 1));
    }
  }

  @Test
  void damagedEntriesAreRemovedLikeAnyOthers() {
    try (TestLog log = new TestLog(folder, store)) {
      for (int i = 1; i <= 20; i++) {
        log.say(chat("m" + i), "r" + i);
      }
      log.change("UPDATE entry SET time = time + 1 WHERE entry_offset IN (3, 11)");
      log.change("UPDATE request SET term = term + 1 WHERE entry_offset IN (4, 12)");
      log.retention = topic -> Retention.ofMessages(10);
      log.say(chat("m21"), null);
      log.until(() -> log.ask(COUNTS).equals("11 10 10 21"));
    }
  }

  @Test
  void amendmentsOfAKeptMessageDisplaceNoMessage() {
    try (TestLog log = new TestLog(folder, store)) {
      log.retention = topic -> Retention.ofMessages(5);
      log.say(chat("one and only"), null);
      for (int i = 0; i < 1_000; i++) {
        log.say(new Entry.Edit(ANA, 1, "now " + i), null);
      }
      for (int i = 0; i < 6; i++) {
        log.say(new Entry.Reaction(new ClientId("c" + i), 1, "👍", false), null);
      }
      log.pass(Duration.ofMinutes(2));
      log.say(new Entry.Edit(ANA, 1, "last"), null);
      assertThat(log.ask(COUNTS)).isEqualTo("0 1008 1008 1008");
      // The sixth message lets the first go, with what has amended it until the second.
      for (int i = 0; i < 5; i++) {
        log.say(chat("more " + i), null);
        log.say(new Entry.Reaction(BEA, 1_009 + 2 * i, "👍", false), null);
      }
      log.until(() -> log.ask(COUNTS).startsWith("1 "));
      log.say(chat("seventh"), null);
      log.until(() -> log.ask(COUNTS).startsWith("1009 "));
      assertThat(log.ask("SELECT count(*) FROM entry WHERE kind = 1")).isEqualTo("5");
    }
    // It is counted again after a start.
    try (TestLog log = new TestLog(folder, store)) {
      log.retention = topic -> Retention.ofMessages(5);
      log.say(chat("eighth"), null);
      log.until(() -> log.ask("SELECT count(*) FROM entry WHERE kind = 1").equals("5"));
      assertThat(log.ask("SELECT floor FROM topic")).isEqualTo("1011");
    }
  }

  @Test
  void readMarksDisplaceNoNotification() {
    try (TestLog log = new TestLog(folder, store)) {
      TopicName inbox = TopicName.inbox(BEA);
      log.retention = topic -> topic.equals(inbox) ? Retention.ofMessages(5) : Retention.FOREVER;
      for (int i = 0; i < 5; i++) {
        Entry.Notification notice = new Entry.Notification(ANA, Entry.Scope.PERSONAL, "n" + i);
        log.note(receipt -> new Draft.Append(inbox, notice, null, TargetRule.ANY, receipt));
      }
      for (int i = 1; i <= 5; i++) {
        String id = log.ask("SELECT term FROM entry WHERE entry_offset = " + i);
        NotificationId read = new NotificationId(inbox, new Position(Long.parseLong(id), i));
        log.note(receipt ->
            new Draft.Append(
                inbox,
                new Entry.InboxRead(BEA, List.of(read.toString()), null, 0, 0),
                null,
                TargetRule.ANY,
                receipt));
      }
      log.pass(Duration.ofMinutes(2));
      assertThat(log.ask("SELECT count(*) FROM entry WHERE kind = 5")).isEqualTo("5");
      assertThat(log.ask("SELECT count(*) FROM entry WHERE kind = 6")).isEqualTo("5");
    }
  }

  @Test
  void theAmendmentsOfOneMessageAreBounded() {
    Retention five = Retention.ofMessages(5);
    assertThat(five.isPast(1, Retention.LEAST_ENTRIES, 0)).isFalse();
    assertThat(five.isPast(1, Retention.LEAST_ENTRIES + 1, 0)).isTrue();
    assertThat(Retention.ofMessages(1_000_000).mostEntries()).isEqualTo(20_000_000);
    assertThat(Retention.FOREVER.mostEntries()).isEqualTo(Long.MAX_VALUE);
    assertThat(Retention.ofMessages(0).isPast(0, 1, 1)).isTrue();
  }

  @Test
  void theOldestAboveTheBytesAreRemoved() {
    try (TestLog log = new TestLog(folder, store)) {
      log.retention = topic -> new Retention(Retention.FOREVER.age(), Long.MAX_VALUE, 5_000);
      for (int i = 0; i < 10; i++) {
        log.say(chat("x".repeat(1_000)), null);
      }
      log.until(() -> log.ask(COUNTS).equals("6 4 4 10"));
    }
  }

  @Test
  void expiredEntriesAreRemovedAndTheirRequestsADayLater() {
    try (TestLog log = new TestLog(folder, store)) {
      log.retention =
          topic -> new Retention(Duration.ofMinutes(10), Long.MAX_VALUE, Long.MAX_VALUE);
      log.say(chat("old"), "r1");
      log.pass(Duration.ofMinutes(5));
      log.say(chat("young"), "r2");
      log.pass(Duration.ofMinutes(6));
      log.until(() -> log.ask(COUNTS).equals("1 1 1 2"));
      log.pass(Duration.ofMinutes(6));
      log.until(() -> log.ask(COUNTS).equals("2 0 0 2"));
      assertThat(log.ask("SELECT count(*) FROM request")).isEqualTo("2");
      log.pass(Duration.ofHours(25));
      log.until(() -> log.ask("SELECT count(*) FROM request").equals("0"));
      assertThat(Objects.requireNonNull(log.stored(chat("new"), "r1").position()).offset())
          .isEqualTo(3);
    }
  }

  @Test
  void oldBatchesAreRemovedAndTheNewestStay() {
    try (TestLog log = new TestLog(folder, store)) {
      log.say(chat("a"), null);
    }
    try (TestLog log = new TestLog(folder, store)) {
      log.say(chat("b"), null);
      assertThat(log.ask("SELECT count(*) FROM batch")).isEqualTo("4");
      log.pass(Duration.ofHours(2));
      log.until(() -> log.ask("SELECT count(DISTINCT term) FROM batch").equals("1"));
      assertThat(log.ask("SELECT max(seq) FROM batch")).isNotEqualTo("0");
      log.say(chat("c"), null);
    }
    try (TestLog log = new TestLog(folder, store)) {
      assertThat(log.entries()).hasSize(3);
    }
  }
}
