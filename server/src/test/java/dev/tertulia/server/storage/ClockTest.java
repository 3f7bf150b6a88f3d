package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.LOBBY;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.topic.Draft;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A clock that was ahead for one start: afterwards times are right again, and entries expire by
/// their age.
final class ClockTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final Duration DAY = Duration.ofDays(1);
  private static final long AHEAD = NOW + Duration.ofDays(3650).toMillis();

  @TempDir private Path folder;

  private TestLog at(long clock, Retention retention) {
    return at(clock, retention, ClientExpiry.NEVER);
  }

  private TestLog at(long clock, Retention retention, ClientExpiry clientExpiry) {
    TestLog log = new TestLog(folder, clientExpiry);
    log.clock = clock;
    log.retention = topic -> retention;
    return log;
  }

  private static Retention age(Duration age) {
    return new Retention(age, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  @Test
  void newEntriesFollowTheCorrectedClock() {
    try (TestLog log = at(AHEAD, Retention.FOREVER)) {
      assertThat(log.stored(chat("a"), null).time()).isEqualTo(AHEAD);
    }
    try (TestLog log = at(NOW, Retention.FOREVER)) {
      assertThat(log.stored(chat("b"), null).time()).isEqualTo(NOW);
      log.clock = NOW + 7;
      assertThat(log.stored(chat("c"), null).time()).isEqualTo(NOW + 7);
      assertThat(log.entries().stream().map(EntryRow::time)).containsExactly(AHEAD, NOW, NOW + 7);
    }
    assertThat(Check.of(folder, Progress.NONE).findings()).isEmpty();
  }

  @Test
  void entriesBeforeAnExpiredEntryExpireWithIt() {
    try (TestLog log = at(AHEAD, Retention.FOREVER)) {
      log.say(chat("a"), null);
      log.say(chat("b"), null);
    }
    try (TestLog log = at(NOW, age(DAY))) {
      log.say(chat("c"), null);
      log.pass(Duration.ofHours(23));
      log.say(chat("d"), null);
      log.pass(Duration.ofHours(2));
      // A sweep comes by, and c is 25 hours old: a and b are as old at least.
      log.until(() -> log.entries().size() == 1);
      assertThat(log.entries().getFirst().offset()).isEqualTo(4);
    }
  }

  @Test
  void anEntryFromTheFutureExpiresNoYoungEntry() {
    try (TestLog log = at(AHEAD, Retention.FOREVER)) {
      log.say(chat("a"), null);
    }
    try (TestLog log = at(NOW, age(DAY))) {
      log.say(chat("b"), null);
      log.pass(Duration.ofHours(1));
      log.say(chat("c"), null);
      long commits = log.commits.get();
      log.pass(Duration.ofHours(1));
      log.say(chat("d"), null);
      log.until(() -> log.commits.get() > commits);
      assertThat(log.entries()).hasSize(4);
    }
  }

  @Test
  void clientsAndDevicesSeenInTheFutureExpireInTime() {
    ClientExpiry clientExpiry = new ClientExpiry(DAY, DAY, client -> false);
    ClientId eva = new ClientId("eva");
    try (TestLog log = at(AHEAD, Retention.FOREVER)) {
      log.note(receipt -> new Draft.Seen(eva, receipt));
      log.say(chat("a"), "r1");
    }
    try (TestLog log = at(NOW, Retention.FOREVER, clientExpiry)) {
      log.until(
          () -> Long.parseLong(log.ask("SELECT coalesce(max(seen), 0) FROM client")) <= NOW + 1);
      log.pass(Duration.ofDays(2));
      log.until(() -> log.ask("SELECT count(*) FROM client").equals("0"));
      // Batches of the future are no use to anybody.
      log.until(() -> log.ask("SELECT count(*) FROM batch WHERE time > " + log.clock).equals("0"));
    }
  }

  @Test
  void requestsThatWouldExpireInTheFarFutureAreRemoved() {
    List<String> none = List.of("0");
    try (TestLog log = at(AHEAD, Retention.ofMessages(1))) {
      log.say(chat("a"), "r1");
      log.say(chat("b"), "r2");
      log.until(() -> log.ask("SELECT count(*) FROM request WHERE expires > 0").equals("1"));
    }
    try (TestLog log = at(NOW, Retention.FOREVER)) {
      log.say(chat("c"), null);
      log.until(() -> none.contains(log.ask("SELECT count(*) FROM request WHERE expires > 0")));
    }
    assertThat(LOBBY.name()).isEqualTo("lobby");
  }
}
