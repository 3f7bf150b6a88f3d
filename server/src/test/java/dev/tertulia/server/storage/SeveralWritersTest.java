package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.await;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two or three journals that write one database: what is promised of one is promised of all.
@Tag(Postgres.TAG)
final class SeveralWritersTest {
  @TempDir private Path folder;
  private final List<TestLog> nodes = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    for (int i = 0; i < 3; i++) {
      Path own = Files.createDirectory(folder.resolve("node" + i));
      if (i > 0) {
        TestStore.POSTGRES.share(folder.resolve("node0"), own);
      }
      nodes.add(new TestLog(own, 100_000, TestStore.POSTGRES));
    }
  }

  @AfterEach
  void close() {
    nodes.forEach(TestLog::close);
  }

  private String ask(String sql) {
    return nodes.getFirst().ask(sql);
  }

  private static TopicName room(String name) {
    return TopicName.room(new RoomName(name));
  }

  private static Outcome.Stored stored(CompletableFuture<Outcome> outcome) {
    return (Outcome.Stored) await(outcome);
  }

  private static long offset(CompletableFuture<Outcome> outcome) {
    return Objects.requireNonNull(stored(outcome).position()).offset();
  }

  private static CompletableFuture<Outcome> append(
      TestLog node, TopicName topic, Entry.Kept entry, @Nullable String id) {
    return node.append(topic, entry, id, TargetRule.ANY);
  }

  /// Every batch of every term is there, and the topics are as their entries say.
  private void requireWhole() {
    assertThat(
            ask(
                "SELECT count(*) FROM (SELECT term FROM batch WHERE term <> 0 GROUP BY term"
                    + " HAVING count(*) <> max(seq) OR min(seq) <> 1) AS holes"))
        .isEqualTo("0");
    assertThat(
            ask(
                "SELECT count(*) FROM topic AS t WHERE entries <> head - floor OR entries <>"
                    + " (SELECT count(*) FROM entry WHERE topic_id = t.id)"))
        .isEqualTo("0");
    assertThat(
            ask("SELECT sum(deadlocks) FROM pg_stat_database WHERE datname = current_database()"))
        .isEqualTo("0");
  }

  /// What a client may begin in a day it may begin on all of them together, also at once.
  @Test
  void whatAClientBeginsInADayIsCountedTogether() throws Exception {
    int most = 5;
    NameBounds bounds =
        new NameBounds(Long.MAX_VALUE, 1_000, most, Long.MAX_VALUE, most, limit -> {});
    List<TestLog> bounded = new ArrayList<>();
    try {
      for (int i = 0; i < 2; i++) {
        Path own = Files.createDirectory(folder.resolve("bounded" + i));
        TestStore.POSTGRES.share(folder.resolve("node0"), own);
        bounded.add(new TestLog(own, bounds, TestStore.POSTGRES));
      }
      List<CompletableFuture<Outcome>> rooms = new ArrayList<>();
      List<CompletableFuture<Outcome>> inboxes = new ArrayList<>();
      for (int i = 0; i < 2 * most; i++) {
        for (TestLog node : bounded) {
          String name = "n%s-%s".formatted(bounded.indexOf(node), i);
          rooms.add(append(node, room(name), new Entry.Chat(ANA, "Ana", "m"), null));
          inboxes.add(
              append(
                  node,
                  TopicName.inbox(new ClientId(name)),
                  new Entry.Notification(ANA, Entry.Scope.PERSONAL, "m"),
                  null));
        }
      }
      for (List<CompletableFuture<Outcome>> outcomes : List.of(rooms, inboxes)) {
        assertThat(outcomes.stream().map(TestLog::await).filter(Outcome.Stored.class::isInstance))
            .hasSize(most);
      }
      assertThat(ask("SELECT client || ' ' || rooms || ' ' || inboxes FROM begun"))
          .isEqualTo("ana 5 5");
      assertThat(
              await(append(bounded.getLast(), room("more"), new Entry.Chat(BEA, "B", "m"), null)))
          .isInstanceOf(Outcome.Stored.class);
      requireWhole();
      assertThat(ask("SELECT count(*) FROM begun")).isEqualTo("2");
      bounded.forEach(node -> node.pass(Duration.ofDays(1)));
      bounded.getFirst().until(() -> ask("SELECT count(*) FROM begun").equals("0"));
    } finally {
      bounded.forEach(TestLog::close);
    }
  }

  @Test
  void oneRoomHasNoHoleAndNoDuplicate() {
    int each = 500;
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < each; i++) {
      for (TestLog node : nodes) {
        outcomes.add(node.append(chat("m" + i), null));
      }
    }
    assertThat(outcomes.stream().map(SeveralWritersTest::offset).sorted().toList())
        .isEqualTo(LongStream.rangeClosed(1, 3L * each).boxed().toList());
    assertThat(nodes.getFirst().entries()).hasSize(3 * each);
    requireWhole();
  }

  @Test
  void aRequestThatIsRepeatedOnAnotherNodeIsOneEntry() {
    List<List<CompletableFuture<Outcome>>> requests = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String id = "r" + i;
      requests.add(nodes.stream().map(node -> node.append(chat("m"), id)).toList());
    }
    for (List<CompletableFuture<Outcome>> request : requests) {
      assertThat(request.stream().map(SeveralWritersTest::stored).distinct()).hasSize(1);
    }
    assertThat(ask("SELECT count(*) FROM entry")).isEqualTo("200");
    requireWhole();
  }

  @Test
  void roomsThatAllBeginAtOnceBeginOnce() {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      for (TestLog node : nodes) {
        outcomes.add(append(node, room("new" + i), chat("m"), null));
      }
    }
    outcomes.forEach(TestLog::await);
    assertThat(ask("SELECT count(*) FROM topic WHERE head = 3 AND entries = 3")).isEqualTo("100");
    assertThat(ask("SELECT count(*) FROM topic")).isEqualTo("100");
    requireWhole();
  }

  @Test
  void timesAreThoseOfTheDatabase() {
    String clock = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";
    nodes.forEach(node -> node.keepsTime = true);
    // An hour behind, and an hour ahead.
    nodes.get(1).clock = System.currentTimeMillis() - 3_600_000;
    nodes.get(2).clock = System.currentTimeMillis() + 3_600_000;
    long before = Long.parseLong(ask(clock)) - 1;
    for (TestLog node : nodes) {
      assertThat(stored(node.append(chat("m"), null)).time())
          .isBetween(before, Long.parseLong(ask(clock)) + 1);
    }
  }

  @Test
  void whatIsRefusedBeginsNoRoom() {
    Outcome refused =
        await(
            append(
                nodes.get(1), room("none"), new Entry.Chat(ANA, "Ana", "m", 7L, null, false), "r"));
    assertThat(refused).isEqualTo(new Outcome.Refused(ErrorCode.NOT_FOUND));
    offset(nodes.get(1).append(chat("m"), null));
    assertThat(ask("SELECT string_agg(name, ' ') FROM topic")).isEqualTo("lobby");
  }

  /// The message is deleted on one node while others react to it and edit it: what comes after the
  /// deletion is refused.
  @Test
  void changesOfOneMessageFollowEachOther() {
    for (int round = 0; round < 30; round++) {
      long target = offset(nodes.get(0).append(chat("m" + round), null));
      List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
      outcomes.add(nodes.get(0).append(new Entry.Reaction(ANA, target, "👍", false), null));
      outcomes.add(nodes.get(1).append(new Entry.Reaction(ANA, target, "👍", false), null));
      outcomes.add(nodes.get(2).append(new Entry.Edit(ANA, target, "edited"), null));
      outcomes.add(nodes.get(round % 3).append(new Entry.Deletion(ANA, target), null));
      for (CompletableFuture<Outcome> outcome : outcomes) {
        Outcome told = await(outcome);
        assertThat(told instanceof Outcome.Stored)
            .isNotEqualTo(told.equals(new Outcome.Refused(ErrorCode.NOT_FOUND)));
      }
    }
    assertThat(ask("SELECT count(*) FROM reaction")).isEqualTo("0");
    assertThat(ask("SELECT count(*) FROM entry WHERE kind = 1 AND deleted = 0")).isEqualTo("0");
    assertThat(
            ask(
                "SELECT count(*) FROM (SELECT 1 FROM entry WHERE kind = 4 AND target IS NOT NULL"
                    + " GROUP BY target HAVING count(*) > 1) AS twice"))
        .as("one reaction of a client")
        .isEqualTo("0");
    requireWhole();
  }

  @Test
  void anInboxIsReadAndAcknowledgedOnSeveralNodes() {
    TopicName inbox = TopicName.inbox(BEA);
    nodes.forEach(node -> node.note(receipt -> new Draft.Seen(BEA, receipt)));
    List<CompletableFuture<Outcome>> sent = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Entry.Notification entry = new Entry.Notification(ANA, Entry.Scope.PERSONAL, "n" + i);
      sent.add(append(nodes.get(i % 3), inbox, entry, null));
    }
    List<String> ids = sent.stream().map(each -> stored(each).id()).toList();
    List<CompletableFuture<Outcome>> told = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      told.add(
          append(
              nodes.get((i + 1) % 3),
              inbox,
              new Entry.InboxRead(BEA, List.of(ids.get(i)), null, 0, 0),
              null));
      Position at = Objects.requireNonNull(stored(sent.get(i)).position());
      CompletableFuture<Outcome> acked = new CompletableFuture<>();
      nodes
          .get(i % 3)
          .journal
          .append(new Draft.Acked(BEA, "phone", new InboxPosition(at, null), acked::complete));
      told.add(acked);
    }
    told.forEach(each -> assertThat(await(each)).isNotInstanceOf(Outcome.Refused.class));
    assertThat(ask("SELECT string_agg(first_offset || '-' || last_offset, ' ') FROM inbox_read"))
        .as("one range, though each node has told a part")
        .isEqualTo("1-" + ask("SELECT max(entry_offset) FROM entry WHERE kind = 5"));
    assertThat(ask("SELECT personal FROM device"))
        .isEqualTo(ask("SELECT max(entry_offset) FROM entry WHERE kind = 5"));
    requireWhole();
  }

  @Test
  void broadcastsAndNotificationsHaveOneOrder() {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      TopicName topic = i % 4 == 0 ? TopicName.BROADCASTS : TopicName.inbox(BEA);
      Entry.Notification entry =
          new Entry.Notification(
              ANA, i % 4 == 0 ? Entry.Scope.BROADCAST : Entry.Scope.PERSONAL, "n" + i);
      outcomes.add(append(nodes.get(i % 3), topic, entry, "n" + i));
    }
    outcomes.forEach(SeveralWritersTest::stored);
    assertThat(ask("SELECT string_agg(head::text, ' ' ORDER BY kind) FROM topic"))
        .isEqualTo("75 25");
    requireWhole();
  }

  /// What is in an inbox says after which broadcast it comes. So the next broadcast is committed
  /// after it, on whichever node, and nothing that comes before it later.
  @Test
  void noBroadcastIsCommittedBetweenAnEntryAndItsPlace() throws SQLException {
    Entry.Notification all = new Entry.Notification(ANA, Entry.Scope.BROADCAST, "all");
    Entry.Notification own = new Entry.Notification(ANA, Entry.Scope.PERSONAL, "own");
    stored(append(nodes.get(0), TopicName.BROADCASTS, all, null));
    try (Connection other = TestStore.POSTGRES.connect(nodes.getFirst().folder);
        Statement statement = other.createStatement()) {
      // Another node is about to store a broadcast, and stops.
      statement.execute("SET idle_in_transaction_session_timeout = '60s'");
      other.commit();
      statement.execute("SELECT id FROM topic WHERE kind = 3 FOR UPDATE");
      assertThat(await(append(nodes.get(1), TopicName.inbox(BEA), own, null)))
          .isEqualTo(new Outcome.Refused(ErrorCode.UNAVAILABLE));
      other.rollback();
      // Another node is about to store an entry.
      statement.execute("SELECT id FROM topic WHERE kind = 3 FOR SHARE");
      stored(append(nodes.get(1), TopicName.inbox(BEA), own, null));
      assertThat(await(append(nodes.get(2), TopicName.BROADCASTS, all, null)))
          .isEqualTo(new Outcome.Refused(ErrorCode.UNAVAILABLE));
      other.rollback();
    }
    stored(append(nodes.get(2), TopicName.BROADCASTS, all, null));
    requireWhole();
  }

  @Test
  void crossingBatchesNeitherFailNorBlockEachOther() throws Exception {
    cross(Duration.ofSeconds(4));
  }

  @Tag("long")
  @Test
  void crossingBatchesNeitherFailNorBlockEachOtherForAMinute() throws Exception {
    cross(Duration.ofSeconds(60));
  }

  /// Each node removes what is too much, one at a time, while all write.
  @Test
  void retentionPassesOverWhatOthersWrite() throws Exception {
    nodes.forEach(node -> node.retention = topic -> Retention.ofMessages(20));
    cross(Duration.ofSeconds(4));
    nodes.forEach(node -> node.pass(Duration.ofMinutes(2)));
    nodes
        .getFirst()
        .until(() ->
            ask("SELECT count(*) FROM (SELECT 1 FROM entry WHERE kind IN (1, 5)"
                    + " GROUP BY topic_id HAVING count(*) > 20) AS over")
                .equals("0"));
    assertThat(ask("SELECT count(*) FROM batch WHERE entries LIKE '%:*'")).isNotEqualTo("0");
    requireWhole();
  }

  private void cross(Duration time) throws Exception {
    Seeded seeded = Seeded.print();
    long end = System.nanoTime() + time.toNanos();
    List<Thread> threads = new ArrayList<>();
    Collection<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    for (TestLog node : nodes) {
      RandomGenerator random = new java.util.Random(seeded.random().nextLong());
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  while (System.nanoTime() < end && failures.isEmpty()) {
                    crossOnce(node, random);
                  }
                } catch (Throwable failure) {
                  failures.add(failure);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).as(seeded.toString()).isEmpty();
    requireWhole();
  }

  private static void crossOnce(TestLog node, RandomGenerator random) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (int i = random.nextInt(1, 60); i > 0; i--) {
      TopicName room = room("room" + random.nextInt(15));
      ClientId client = new ClientId("c" + random.nextInt(12));
      TopicName inbox = TopicName.inbox(new ClientId("c" + random.nextInt(12)));
      String id = random.nextBoolean() ? "r" + random.nextInt(1000) : null;
      long target = random.nextLong(1, 40);
      Entry.Kept entry =
          switch (random.nextInt(8)) {
            case 0 -> new Entry.Reaction(client, target, "👍", random.nextInt(3) == 0);
            case 1 -> new Entry.Edit(client, target, "edited");
            case 2 -> new Entry.Deletion(client, target);
            default -> new Entry.Chat(client, "C", "m" + i);
          };
      CompletableFuture<Outcome> outcome = new CompletableFuture<>();
      outcomes.add(outcome);
      Draft draft =
          switch (random.nextInt(12)) {
            case 0 -> new Draft.Mark(room, client, target, outcome::complete);
            case 1 ->
                new Draft.Membership(room, client, random.nextBoolean(), 10, outcome::complete);
            case 2 -> new Draft.Seen(client, outcome::complete);
            case 3, 4 ->
                new Draft.Append(
                    random.nextInt(10) == 0 ? TopicName.BROADCASTS : inbox,
                    new Entry.Notification(client, Entry.Scope.PERSONAL, "n" + i),
                    id,
                    TargetRule.ANY,
                    outcome::complete);
            default -> new Draft.Append(room, entry, id, TargetRule.ANY, outcome::complete);
          };
      if (node.journal.append(draft) != dev.tertulia.server.topic.Journal.Appended.QUEUED) {
        throw new IllegalStateException("not queued: " + node.journal.health());
      }
    }
    for (CompletableFuture<Outcome> outcome : outcomes) {
      if (await(outcome) instanceof Outcome.Refused refused) {
        assertThat(refused.code())
            .isIn(ErrorCode.NOT_FOUND, ErrorCode.CONFLICT, ErrorCode.FORBIDDEN);
      }
    }
  }

  /// A node that stops in the middle keeps its rooms from others for a while, and no other rooms;
  /// what is refused meanwhile is not stored.
  @Test
  void aNodeThatStopsInTheMiddleHoldsOnlyItsOwnRooms() throws SQLException {
    TestLog node = nodes.get(1);
    offset(node.append(chat("first"), null));
    try (Connection stopped = TestStore.POSTGRES.connect(node.folder);
        Statement statement = stopped.createStatement()) {
      statement.execute("SET idle_in_transaction_session_timeout = '60s'");
      stopped.commit();
      statement.execute("SELECT id FROM topic WHERE name = 'lobby' FOR UPDATE");
      CompletableFuture<Outcome> held = node.append(chat("held"), "r");
      CompletableFuture<Outcome> free = append(node, room("other"), chat("free"), "r");
      assertThat(await(held)).isEqualTo(new Outcome.Refused(ErrorCode.UNAVAILABLE));
      stored(free);
      assertThat(node.journal.health().ok()).isTrue();
      stopped.rollback();
    }
    assertThat(offset(node.append(chat("held"), "r"))).isEqualTo(2);
    requireWhole();
  }

  /// Whoever has crashed after the commit repeats its request elsewhere.
  @Test
  void aNodeThatIsCutOffDuringItsCommitHasStoredItOrNot() {
    List<Integer> rounds = IntStream.range(0, 10).boxed().toList();
    for (int round : rounds) {
      TestLog node = nodes.get(round % 3);
      node.deliveryStatus =
          round % 2 == 0 ? TestLog.DeliveryStatus.FAILS_AFTER : TestLog.DeliveryStatus.FAILS_BEFORE;
      CompletableFuture<Outcome> cut = node.append(chat("m"), "r" + round);
      node.until(() -> node.attempts.get() > 0);
      Outcome again = await(nodes.get((round + 1) % 3).append(chat("m"), "r" + round));
      node.deliveryStatus = TestLog.DeliveryStatus.WORKS;
      Outcome first = await(cut);
      if (first instanceof Outcome.Stored) {
        assertThat(again).isEqualTo(first);
      }
      node.until(() -> node.journal.health().ok());
    }
    assertThat(ask("SELECT count(*) FROM entry")).isEqualTo("10");
  }
}
