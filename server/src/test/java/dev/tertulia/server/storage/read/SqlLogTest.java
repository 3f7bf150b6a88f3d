package dev.tertulia.server.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.chat.RoomLog.History;
import dev.tertulia.server.chat.RoomLog.Message;
import dev.tertulia.server.chat.RoomLog.Reactions;
import dev.tertulia.server.chat.RoomLog.RoomState;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.LogFixture;
import dev.tertulia.server.storage.TestStore;
import dev.tertulia.server.storage.rows.ParticipantRow;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Log.Page;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(
    value = TestStore.class,
    names = {"SQLITE", "POSTGRES"})
@Tag(Postgres.TAG)
final class SqlLogTest {
  private static final int MANY = 1 << 20;

  private final TestStore store;
  private LogFixture log;
  private Readers readers;
  private ReadDatabase database;
  private SqlLog sql;
  private SqlRooms rooms;

  SqlLogTest(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  void open(@TempDir Path path) throws SQLException {
    log = new LogFixture(path.resolve("data"), store);
    readers = new Readers(2, 100);
    database = new ReadDatabase(readers, log.reader());
    sql = new SqlLog(database, new Tail(1 << 20));
    rooms = new SqlRooms(database);
  }

  @AfterEach
  void close() throws SQLException {
    readers.close();
    database.close();
    log.close();
  }

  private Page since(Position after, int entries, int bytes) {
    return Objects.requireNonNull(
        sql.since(LogFixture.TOPIC, after, entries, bytes), "the log does not know " + after);
  }

  private static long offset(Publication publication) {
    return position(publication).offset();
  }

  private static Position position(Publication publication) {
    return Objects.requireNonNull(publication.position());
  }

  private void fill(RandomGenerator random, int count) throws SQLException {
    for (int i = 0; i < count; i++) {
      log.addAny(random, i < count / 2 ? 100 : -200);
    }
    if (random.nextBoolean()) {
      log.trim(random.nextInt(log.entries.size()));
    }
    log.commit();
  }

  @Test
  void pagesOfRandomLogsEqualTheStoredEntries() throws SQLException {
    Seeded seed = Seeded.print();
    for (int round = 0; round < 4; round++) {
      fill(seed.random(), 150);
      // Nobody told the old one of what was written.
      sql = new SqlLog(database, new Tail(seed.random().nextInt(1 << 18)));
      for (int i = 0; i < 100; i++) {
        comparePages(seed);
      }
    }
  }

  private void comparePages(Seeded seed) {
    int count = log.entries.size();
    int limit = 1 + seed.random().nextInt(20);
    int start = seed.random().nextInt(count + 1);
    Position after = start == 0 ? log.floor : position(log.entries.get(start - 1));
    Page page = since(after, limit, MANY);
    List<Publication> expected = log.entries.subList(start, Math.min(count, start + limit));
    assertThat(page.entries()).as(seed.toString()).isEqualTo(expected);
    assertThat(page.end()).isEqualTo(expected.isEmpty() ? after : position(expected.getLast()));
    assertThat(page.head()).isEqualTo(log.head);

    Position foreign = new Position(after.term() + 1, after.offset());
    assertThat(sql.since(LogFixture.TOPIC, foreign, limit, MANY)).as(seed.toString()).isNull();
    Position future = new Position(-200, log.head + 1 + start);
    assertThat(sql.since(LogFixture.TOPIC, future, limit, MANY)).as(seed.toString()).isNull();
    if (log.floor.offset() > 0) {
      assertThat(sql.since(LogFixture.TOPIC, Position.START, limit, MANY)).isNull();
    }

    Page newest = sql.newest(LogFixture.TOPIC, limit, MANY);
    assertThat(newest.entries()).as(seed.toString()).isEqualTo(newestMessages(limit));
    assertThat(newest.end()).isEqualTo(count == 0 ? log.floor : position(log.entries.getLast()));
    assertThat(sql.countSince(LogFixture.TOPIC, after.offset(), limit))
        .isEqualTo(Math.min(limit, count - start));
  }

  @Test
  void manyReactionsAreCounted() throws SQLException {
    log.add(new Entry.Chat(LogFixture.client(1), "A", "uno"), 1);
    log.add(new Entry.Chat(LogFixture.client(1), "A", "dos"), 1);
    for (int i = 0; i < 20_001; i++) {
      log.add(
          new Entry.Reaction(LogFixture.client(i), 1 + i % 2, i % 3 == 0 ? "🎉" : "👍", false), 1);
    }
    for (int i = 0; i < 300; i++) {
      log.add(new Entry.Reaction(LogFixture.client(7), 2, "emoji-" + i, false), 1);
    }
    log.commit();
    List<Message> messages =
        rooms.before(LogFixture.ROOM, Long.MAX_VALUE, 10, LogFixture.client(3)).messages();
    assertThat(messages.get(0).reactions())
        .containsExactly(new Reactions("🎉", 3334, false), new Reactions("👍", 6667, false));
    assertThat(messages.get(1).reactions())
        .startsWith(new Reactions("👍", 6667, false), new Reactions("🎉", 3333, true))
        .hasSize(ReactionCount.MOST_EMOJI);
  }

  /// The newest messages, each with its last edit and the reactions that stand, oldest first.
  private List<Publication> newestMessages(int limit) {
    List<Publication> chats =
        log.entries.stream().filter(entry -> entry.entry() instanceof Entry.Chat).toList();
    Set<Long> messages = new HashSet<>();
    Set<Long> standing = new HashSet<>();
    chats.subList(Math.max(0, chats.size() - limit), chats.size()).stream()
        .filter(chat -> !((Entry.Chat) chat.entry()).deleted())
        .forEach(chat -> messages.add(offset(chat)));
    log.reactions.stream()
        .filter(row -> messages.contains(row.target()))
        .forEach(row -> standing.add(row.offset()));
    for (long message : messages) {
      log.entries.stream()
          .filter(entry -> entry.entry() instanceof Entry.Edit edit && edit.target() == message)
          .reduce((one, other) -> other)
          .ifPresent(last -> standing.add(offset(last)));
    }
    chats
        .subList(Math.max(0, chats.size() - limit), chats.size())
        .forEach(chat -> standing.add(offset(chat)));
    return log.entries.stream().filter(entry -> standing.contains(offset(entry))).toList();
  }

  @Test
  void theNewestOfRandomLogsAreTheSameFromMemoryTableAndIndexes() throws SQLException {
    Seeded seed = Seeded.print();
    for (int round = 0; round < 4; round++) {
      fill(seed.random(), 300);
      SqlLog cold = new SqlLog(database, new Tail(0));
      Tail tail = new Tail(Tail.DEFAULT_BYTES);
      if (log.floor.offset() == 0) {
        tail.committed(1, 1, log.entries, List.of());
      }
      for (int limit = 1; limit < 60; limit += 1 + seed.random().nextInt(5)) {
        List<Publication> expected = newestMessages(limit);
        int most = limit;
        assertThat(cold.newest(LogFixture.TOPIC, most, MANY).entries())
            .as(seed.toString())
            .isEqualTo(expected);
        TopicRow row = log.row();
        assertThat(
                database.<List<Publication>>read(
                    "it",
                    connection ->
                        new MessagesByIndex(connection, row).newest(most, MANY).entries()))
            .as(seed.toString())
            .isEqualTo(expected);
        Page recent = tail.newest(LogFixture.TOPIC, limit, MANY);
        if (log.floor.offset() == 0) {
          assertThat(Objects.requireNonNull(recent).entries())
              .as(seed.toString())
              .isEqualTo(expected);
          assertThat(recent.end().offset()).isEqualTo(log.head);
        }
      }
    }
  }

  @Test
  void messagesBehindManyReactionsAreFoundByReadingOnePage() throws SQLException {
    for (int i = 1; i <= 11; i++) {
      log.add(new Entry.Chat(LogFixture.client(1), "A", "mensaje " + i), 1);
    }
    log.add(new Entry.Edit(LogFixture.client(1), 11, "editado"), 1);
    for (int i = 0; i < 3_000; i++) {
      log.add(new Entry.Reaction(LogFixture.client(i), i < 2_000 ? 9 : 11, "👍", false), 1);
    }
    log.commit();
    // All reactions to the last two fit, those to the ninth do not: it and what is older is left
    // out.
    Page page = sql.newest(LogFixture.TOPIC, 5, 400_000);
    assertThat(page.end().offset()).isEqualTo(log.head);
    assertThat(page.more()).isFalse();
    assertThat(page.entries()).hasSize(2 + 1 + 1_000);
    assertThat(page.entries().getFirst().entry()).isInstanceOf(Entry.Chat.class);
    assertThat(offset(page.entries().getFirst())).isEqualTo(10);
    // Not even those to the last do: it is there, with its edit and the newest of them.
    Page narrow = sql.newest(LogFixture.TOPIC, 5, 20_000);
    assertThat(narrow.entries()).hasSizeBetween(50, 100);
    assertThat(narrow.entries().subList(0, 2))
        .extracting(SqlLogTest::offset)
        .containsExactly(11L, 12L);
    assertThat(offset(narrow.entries().getLast())).isEqualTo(log.head);
    // The same from memory.
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    tail.committed(1, 1, log.entries, List.of());
    assertThat(tail.newest(LogFixture.TOPIC, 5, 400_000)).isEqualTo(page);
    assertThat(tail.newest(LogFixture.TOPIC, 5, 20_000)).isEqualTo(narrow);
  }

  @Test
  void historyOfRandomLogsShowsTheCurrentState() throws SQLException {
    Seeded seed = Seeded.print();
    for (int round = 0; round < 4; round++) {
      fill(seed.random(), 200);
      ClientId reader = LogFixture.client(seed.random().nextInt(4));
      List<Message> all = messages(reader);
      for (int i = 0; i < 100; i++) {
        long from = seed.random().nextLong(log.head + 2);
        int limit = 1 + seed.random().nextInt(30);
        List<Message> older =
            all.stream().filter(message -> offset(message.publication()) < from).toList();
        assertThat(rooms.before(LogFixture.ROOM, from, limit, reader))
            .as("%s, before %s", seed, from)
            .isEqualTo(
                new History(
                    older.subList(Math.max(0, older.size() - limit), older.size()),
                    older.size() > limit,
                    end()));
        List<Message> newer =
            all.stream().filter(message -> offset(message.publication()) > from).toList();
        assertThat(rooms.after(LogFixture.ROOM, from, limit, reader))
            .as("%s, after %s", seed, from)
            .isEqualTo(
                new History(
                    newer.subList(0, Math.min(limit, newer.size())), newer.size() > limit, end()));
      }
    }
  }

  private Position end() {
    return log.entries.isEmpty() ? log.floor : position(log.entries.getLast());
  }

  private List<Message> messages(ClientId reader) {
    List<Message> all = new ArrayList<>();
    for (Publication entry : log.entries) {
      if (!(entry.entry() instanceof Entry.Chat chat)) {
        continue;
      }
      Long edited = chat.deleted() ? null : log.edited.get(offset(entry));
      Entry.Chat now =
          edited == null
              ? chat
              : new Entry.Chat(
                  chat.client(),
                  chat.sender(),
                  String.valueOf(log.lastText.get(offset(entry))),
                  chat.replyTo(),
                  chat.data(),
                  false);
      Map<String, Reactions> reactions = new LinkedHashMap<>();
      for (ReactionRow row : log.reactions) {
        if (row.target() == offset(entry) && !chat.deleted()) {
          boolean mine = row.client().equals(reader.value());
          reactions.merge(
              row.emoji(),
              new Reactions(row.emoji(), 1, mine),
              (a, b) -> new Reactions(a.emoji(), a.count() + 1, a.mine() || b.mine()));
        }
      }
      all.add(
          new Message(
              Publication.kept(entry.topic(), position(entry), entry.time(), entry.id(), now),
              edited,
              List.copyOf(reactions.values())));
    }
    return all;
  }

  @Test
  void aPageIsBoundedByItsTextAndHasAtLeastOneEntry() throws SQLException {
    for (int i = 0; i < 5; i++) {
      log.add(new Entry.Chat(LogFixture.client(1), "", "x".repeat(100)), 1);
    }
    log.commit();
    assertThat(since(Position.START, 10, 250).entries()).hasSize(2);
    assertThat(since(Position.START, 10, 1).entries()).hasSize(1);
    assertThat(sql.newest(LogFixture.TOPIC, 10, 250).entries()).hasSize(2);
    assertThat(sql.newest(LogFixture.TOPIC, 10, 1).end().offset()).isEqualTo(5);
  }

  @Test
  void anUnknownTopicIsEmptyAtTheStart() {
    assertThat(sql.since(LogFixture.TOPIC, Position.START, 10, MANY))
        .isEqualTo(new Page(List.of(), Position.START, 0));
    assertThat(sql.since(LogFixture.TOPIC, new Position(1, 1), 10, MANY)).isNull();
    assertThat(sql.newest(LogFixture.TOPIC, 10, MANY).end()).isEqualTo(Position.START);
  }

  @Test
  void repeatedMissesLoadTheTopicIntoMemory() throws SQLException {
    for (int i = 0; i < 50; i++) {
      log.addAny(new Random(i), 1);
    }
    log.commit();
    assertThat(sql.recent(LogFixture.TOPIC, Position.START, 200, MANY)).isNull();
    for (int i = 0; i < 3; i++) {
      sql.since(LogFixture.TOPIC, Position.START, 200, MANY);
    }
    Page page = Objects.requireNonNull(sql.recent(LogFixture.TOPIC, Position.START, 200, MANY));
    assertThat(page.entries()).isEqualTo(log.entries);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM entry",
        "UPDATE topic SET floor = 2",
      })
  void aMissingEntryIsReportedAndNothingIsServed(String damage) throws SQLException {
    for (int i = 0; i < 5; i++) {
      log.add(new Entry.Chat(LogFixture.client(1), "Ana", "hola"), 1);
    }
    log.commit();
    log.execute(damage.contains("topic") ? damage : damage + " WHERE entry_offset = 4");
    log.connection.commit();
    assertThatThrownBy(() -> sql.since(LogFixture.TOPIC, Position.START, 10, MANY))
        .isInstanceOfSatisfying(LogException.class, e -> assertThat(e.damaged()).isTrue())
        .hasMessageContaining("sala")
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> sql.newest(LogFixture.TOPIC, 3, MANY))
        .isInstanceOf(LogException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "body = (SELECT body FROM entry WHERE entry_offset = 5)",
        "client = 'otra'",
        "client = 'no name'",
        "deleted = 1",
        "term = 2",
        "time = -9223372036854775808",
        "checksum = checksum + 1",
      })
  void aDamagedRowIsReportedAndItsNeighboursAreServed(String damage) throws SQLException {
    for (int i = 0; i < 5; i++) {
      log.add(new Entry.Chat(LogFixture.client(1), "Ana", "hola " + i), 1);
    }
    log.commit();
    log.execute("UPDATE entry SET " + damage + " WHERE entry_offset = 4");
    log.connection.commit();
    Entry.Unreadable unreadable = new Entry.Unreadable(ClientId.LOST, null);
    Page replay = Objects.requireNonNull(sql.since(LogFixture.TOPIC, Position.START, 10, MANY));
    assertThat(replay.entries()).hasSize(5);
    assertThat(sql.newest(LogFixture.TOPIC, 5, MANY).entries()).hasSize(5);
    for (int i = 0; i < 5; i++) {
      Publication entry = replay.entries().get(i);
      assertThat(entry.head()).isEqualTo(i + 1);
      if (i == 3) {
        assertThat(entry.entry()).isEqualTo(unreadable);
      } else {
        assertThat(entry).isEqualTo(log.entries.get(i));
      }
    }
    // Whoever was given it goes on behind it.
    Position at = Objects.requireNonNull(replay.entries().get(3).position());
    assertThat(Objects.requireNonNull(sql.since(LogFixture.TOPIC, at, 10, MANY)).entries())
        .containsExactly(log.entries.get(4));
  }

  @Test
  void aReadThatTakesTooLongIsInterruptedAndTheNextOneRuns() {
    ReadDatabase hasty = new ReadDatabase(readers, log.reader(), TimeUnit.MILLISECONDS.toNanos(20));
    String endless =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    assertThatThrownBy(() ->
            hasty.read(
                "it",
                connection -> {
                  try (ResultSet result = connection.query(endless, in -> {})) {
                    return result.next();
                  }
                }))
        .isInstanceOfSatisfying(LogException.class, e -> assertThat(e.damaged()).isFalse());
    assertThat(
            hasty.<Boolean>read(
                "it",
                connection -> {
                  try (ResultSet result = connection.query("SELECT 1", in -> {})) {
                    return result.next();
                  }
                }))
        .isTrue();
    hasty.close();
  }

  @Test
  void roomsReportTheirUnreadCounts() throws SQLException {
    ClientId ana = LogFixture.client(1);
    log.add(new Entry.Chat(LogFixture.client(2), "B", "uno"), 1);
    log.add(new Entry.Chat(LogFixture.client(2), "B", "dos"), 1);
    log.add(new Entry.Chat(ana, "A", "tres"), 1);
    log.add(new Entry.Chat(LogFixture.client(2), "B", "cuatro"), 1);
    log.add(new Entry.Chat(LogFixture.client(2), "B", "cinco"), 1);
    log.add(new Entry.Deletion(LogFixture.client(2), 5), 1);
    log.insert(
        "participant",
        ParticipantRow.COLUMNS,
        new ParticipantRow(ana.value(), LogFixture.ID, false, true, 1));
    log.commit();
    assertThat(rooms.of(ana, 10)).containsExactly(new RoomState(LogFixture.ROOM, 6, 1, 2));
    assertThat(rooms.of(LogFixture.client(2), 10)).isEmpty();
    assertThat(rooms.isMember(LogFixture.ROOM, ana)).isFalse();
    log.execute("DELETE FROM participant");
    log.insert(
        "participant",
        ParticipantRow.COLUMNS,
        new ParticipantRow(ana.value(), LogFixture.ID, true, true, 1));
    log.connection.commit();
    assertThat(rooms.isMember(LogFixture.ROOM, ana)).isTrue();
  }

  @Test
  void roomsSkippedByTheFilterDoNotShortenThePage() throws SQLException {
    ClientId ana = LogFixture.client(1);
    for (int i = 0; i < 30; i++) {
      log.insert(
          "topic",
          TopicRow.COLUMNS,
          new TopicRow(100 + i, 1, String.format(Locale.ROOT, "r%02d", i), 0, 0, 0, 0, 0, 0));
      log.insert(
          "participant",
          ParticipantRow.COLUMNS,
          new ParticipantRow(ana.value(), 100 + i, i % 3 == 0, true, 0));
    }
    log.connection.commit();
    assertThat(rooms.of(ana, 4, room -> !room.value().equals("r20")))
        .extracting(listed -> listed.state().room().value())
        .containsExactly("r00", "r03", "r06", "r09");
    assertThat(rooms.of(ana, 100, room -> !room.value().equals("r20"))).hasSize(11);
    List<RoomName> named = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      named.add(new RoomName(String.format(Locale.ROOT, "r%02d", i)));
    }
    assertThat(rooms.of(ana, named)).hasSize(30);
  }
}
