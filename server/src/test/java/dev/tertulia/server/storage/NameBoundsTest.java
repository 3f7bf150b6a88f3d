package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// How many rooms and inboxes may be created, and which are refused.
@ParameterizedClass
@EnumSource(names = {"SQLITE", "POSTGRES"})
final class NameBoundsTest {
  private final TestStore store;
  @TempDir private Path folder;

  private final List<Limit> told = Collections.synchronizedList(new ArrayList<>());

  NameBoundsTest(TestStore store) {
    this.store = store;
  }

  private NameBounds bounds(
      int rooms, int roomsPerClient, int newRooms, int inboxes, int inboxesPerSender) {
    return new NameBounds(rooms, roomsPerClient, newRooms, inboxes, inboxesPerSender, told::add);
  }

  private static Outcome speaks(TestLog log, ClientId client, String room) {
    return outcome(log, TopicName.room(new RoomName(room)), new Entry.Chat(client, "N", "hola"));
  }

  private static Outcome notifies(TestLog log, ClientId client, String to) {
    return outcome(
        log,
        TopicName.inbox(new ClientId(to)),
        new Entry.Notification(client, Entry.Scope.PERSONAL, "hola"));
  }

  private static Outcome outcome(TestLog log, TopicName topic, Entry.Kept entry) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    log.journal.append(new Draft.Append(topic, entry, null, TargetRule.ANY, outcome::complete));
    return outcome.join();
  }

  private static Outcome comes(TestLog log, String client) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    log.journal.append(new Draft.Seen(new ClientId(client), outcome::complete));
    return outcome.join();
  }

  private static void assertRefused(Outcome outcome, Limit limit) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
              assertThat(refused.limit()).isEqualTo(limit);
            });
    for (Language language : Language.values()) {
      assertThat(((Outcome.Refused) outcome).in(language).message()).contains(limit.setting());
    }
  }

  @Test
  void theTotalOfRoomsIsLimitedAndExistingOnesContinue() {
    try (TestLog log = new TestLog(folder, bounds(3, 100, 100, 100, 100), store)) {
      for (int i = 0; i < 3; i++) {
        assertThat(speaks(log, ANA, "r" + i)).isInstanceOf(Outcome.Stored.class);
      }
      assertRefused(speaks(log, BEA, "r3"), Limit.ROOMS);
      assertThat(speaks(log, BEA, "r2")).isInstanceOf(Outcome.Stored.class);
      assertThat(log.ask("SELECT count(*) FROM topic")).isEqualTo("3");
    }
    // They are counted again after a start.
    try (TestLog log = new TestLog(folder, bounds(3, 100, 100, 100, 100), store)) {
      assertRefused(speaks(log, ANA, "another"), Limit.ROOMS);
      assertThat(speaks(log, ANA, "r0")).isInstanceOf(Outcome.Stored.class);
    }
    try (TestLog log = new TestLog(folder, bounds(4, 100, 100, 100, 100), store)) {
      assertThat(speaks(log, ANA, "another")).isInstanceOf(Outcome.Stored.class);
      assertRefused(speaks(log, ANA, "one-more"), Limit.ROOMS);
    }
  }

  /// A room that begins with its list counts too, in the same batch already.
  @Test
  void roomsCreatedInOneBatchAreAllCounted() throws Exception {
    try (TestLog log = new TestLog(folder, bounds(2, 100, 100, 100, 100), store)) {
      CountDownLatch blocked = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      log.beforeCommit =
          () -> {
            log.beforeCommit = () -> {};
            blocked.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          };
      CompletableFuture<Outcome> came = new CompletableFuture<>();
      log.journal.append(new Draft.Seen(BEA, came::complete));
      blocked.await();
      TopicName listed = TopicName.room(new RoomName("listed"));
      CompletableFuture<Outcome> put = new CompletableFuture<>();
      log.journal.append(new Draft.Membership(listed, BEA, true, 10, put::complete));
      List<CompletableFuture<Outcome>> spoken = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        spoken.add(
            log.append(
                TopicName.room(new RoomName("r" + i)),
                new Entry.Chat(ANA, "N", "hola"),
                null,
                TargetRule.ANY));
      }
      go.countDown();
      assertThat(TestLog.await(spoken.get(0))).isInstanceOf(Outcome.Stored.class);
      assertRefused(TestLog.await(spoken.get(1)), Limit.ROOMS);
    }
  }

  /// Those who were noted by a clock that was ahead are there as before when it is right again.
  @Test
  void aClockSetBackDoesNotAllowMoreInboxes() {
    try (TestLog log = new TestLog(folder, bounds(100, 100, 100, 2, 100), store)) {
      long now = log.clock;
      log.pass(Duration.ofDays(1));
      comes(log, "ana");
      comes(log, "bea");
      assertRefused(notifies(log, ANA, "carl"), Limit.INBOXES);
      log.clock = now;
      log.until(() -> {
        log.pass(Duration.ofMinutes(2));
        return Long.parseLong(log.ask("SELECT max(seen) FROM client")) <= log.clock;
      });
      assertRefused(notifies(log, ANA, "carl"), Limit.INBOXES);
    }
  }

  @Test
  void oneClientCanNotCreateAllRooms() {
    try (TestLog log = new TestLog(folder, bounds(100, 3, 100, 100, 100), store)) {
      for (int i = 0; i < 3; i++) {
        assertThat(speaks(log, ANA, "r" + i)).isInstanceOf(Outcome.Stored.class);
      }
      assertRefused(speaks(log, ANA, "r3"), Limit.ROOMS_PER_CLIENT);
      assertThat(speaks(log, BEA, "r3")).isInstanceOf(Outcome.Stored.class);
      // It may speak where others have begun.
      assertThat(speaks(log, ANA, "r3")).isInstanceOf(Outcome.Stored.class);
    }
  }

  @Test
  void theTotalOfInboxesIsLimitedAndClientsWithoutOneMayConnect() {
    try (TestLog log = new TestLog(folder, bounds(100, 100, 100, 3, 100), store)) {
      assertThat(comes(log, "ana")).isInstanceOf(Outcome.Noted.class);
      assertThat(notifies(log, ANA, "bea")).isInstanceOf(Outcome.Stored.class);
      assertThat(notifies(log, ANA, "carl")).isInstanceOf(Outcome.Stored.class);
      assertRefused(notifies(log, ANA, "dora"), Limit.INBOXES);
      assertThat(comes(log, "dora")).isInstanceOf(Outcome.Noted.class);
      assertThat(notifies(log, ANA, "ana")).isInstanceOf(Outcome.Stored.class);
      assertThat(log.ask("SELECT count(*) FROM client")).isEqualTo("3");
      assertThat(log.ask("SELECT count(*) FROM topic WHERE kind = 2")).isEqualTo("3");
    }
  }

  @Test
  void roomsCreatedByAClientAreLimitedPerDayAndByTheApiOnlyInTotal() {
    try (TestLog log = new TestLog(folder, bounds(100, 100, 2, 100, 100), store)) {
      assertThat(speaks(log, ANA, "r1")).isInstanceOf(Outcome.Stored.class);
      log.pass(Duration.ofHours(1));
      assertThat(speaks(log, ANA, "r2")).isInstanceOf(Outcome.Stored.class);
      Outcome refused = speaks(log, ANA, "r3");
      assertRefused(refused, Limit.NEW_ROOMS_PER_CLIENT);
      assertThat(((Outcome.Refused) refused).retryAfter()).isEqualTo(Duration.ofHours(23));
      assertThat(told).containsExactly(Limit.NEW_ROOMS_PER_CLIENT);
      assertThat(speaks(log, ANA, "r2")).isInstanceOf(Outcome.Stored.class);
      assertThat(speaks(log, BEA, "r3")).isInstanceOf(Outcome.Stored.class);
      assertThat(speaks(log, ANA, "r3")).isInstanceOf(Outcome.Stored.class);
      for (int i = 10; i < 20; i++) {
        assertThat(speaks(log, ClientId.API, "r" + i)).isInstanceOf(Outcome.Stored.class);
      }
      log.pass(Duration.ofHours(23));
      assertThat(speaks(log, ANA, "r4")).isInstanceOf(Outcome.Stored.class);
    }
  }

  @Test
  void inboxesCreatedByAClientAreLimitedPerDayAndByTheApiOnlyInTotal() {
    try (TestLog log = new TestLog(folder, bounds(100, 100, 100, 100, 2), store)) {
      assertThat(notifies(log, ANA, "c1")).isInstanceOf(Outcome.Stored.class);
      assertThat(notifies(log, ANA, "c2")).isInstanceOf(Outcome.Stored.class);
      assertRefused(notifies(log, ANA, "c3"), Limit.INBOXES_PER_SENDER);
      assertThat(notifies(log, ANA, "c2")).isInstanceOf(Outcome.Stored.class);
      comes(log, "c4");
      assertThat(notifies(log, ANA, "c4")).isInstanceOf(Outcome.Stored.class);
      for (int i = 10; i < 20; i++) {
        assertThat(notifies(log, ClientId.API, "c" + i)).isInstanceOf(Outcome.Stored.class);
      }
      log.pass(Duration.ofDays(1));
      assertThat(notifies(log, ANA, "c3")).isInstanceOf(Outcome.Stored.class);
    }
  }
}
