package dev.tertulia.server.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.TestStore;
import dev.tertulia.server.storage.rows.BatchRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Drafts that are stored together: the outcome is that of storing them one after the other, and
/// what they need is read in a number of statements that does not depend on how many they are.
final class DraftsInOneBatchTest {
  private static final long TERM = 1;
  private static final long NOW = 1_800_000_000_000L;
  private static final int DRAFTS = 1_000;

  /// Where something has not happened by then, more are drawn, up to this many.
  private static final int MOST_DRAFTS = 20 * DRAFTS;

  /// Names and ids that a database or a list of keys could take for something else.
  private static final List<String> ODD_IDS =
      List.of(
          "a", "A", "it's", "\"quoted\"", "back\\slash", "[1]", "line\nbreak", "tab\t", "é", "🦜");

  private static final List<ClientId> CLIENTS =
      List.of(new ClientId("ana"), new ClientId("bea"), new ClientId("carlos"));

  /// How many kinds of drafts there are, and how many of them concern rooms only.
  private static final int KINDS = 14;

  private static final int KINDS_IN_ROOMS = 9;

  @TempDir private Path temp;

  /// A database, and its writer.
  private static final class Writer implements AutoCloseable {
    private final DataFolder folder;
    private final Database database;
    private final LogTables tables;
    private final WriterSession session;

    /// How many statements were executed.
    private int statements;

    /// How many batches were decided again.
    private int again;

    Writer(Path path) throws Exception {
      this(path, TestStore.SQLITE);
    }

    Writer(Path path, TestStore store) throws Exception {
      folder = DataFolder.open(Files.createDirectories(path));
      database = store.open(folder);
      boolean shared = database.isShared();
      Connection connection = database.connect();
      tables = LogTables.of(shared ? connection : counting(connection), shared);
      NameBounds bounds = new NameBounds(4, 3, 3, 3, 2, limit -> {});
      session =
          new WriterSession(
              tables, TERM, bounds, shared ? () -> "CAST(%s AS bigint)".formatted(NOW) : null);
    }

    void write(List<Draft> drafts) throws SQLException {
      WriteBatch writeBatch = session.begin(tables.isShared() ? session.lock(drafts, null) : NOW);
      tables.lock();
      Facts facts = session.facts();
      try {
        session.add(writeBatch, facts, drafts);
      } catch (WrongAssumptionException e) {
        session.giveUp();
        again++;
        write(drafts);
        return;
      }
      writeBatch.finish(tables);
      session.topicCache.removeUnbegun();
      tables.commit(database);
      session.seq = writeBatch.seq;
      writeBatch.settleAll(EngineGuard.ofNoProcess());
      writeBatch.release();
    }

    /// All rows, but for those that tell how many batches there were.
    List<String> dump() throws SQLException {
      List<String> rows = new ArrayList<>();
      for (Table<?> table : Tables.ALL.all()) {
        if (table == BatchRow.TABLE) {
          continue;
        }
        try (Statement statement = tables.connection().createStatement();
            ResultSet result = statement.executeQuery(table.all())) {
          while (result.next()) {
            StringBuilder row = new StringBuilder(table.name());
            for (int i = 1; i <= table.width(); i++) {
              Object value = result.getObject(i);
              row.append(' ')
                  .append(
                      value instanceof byte[] bytes
                          ? new String(bytes, StandardCharsets.UTF_8)
                          : value);
            }
            rows.add(row.toString());
          }
        }
      }
      tables.rollback();
      return rows;
    }

    /// The same, with the names of topics instead of their numbers, which two databases need not
    /// have in common, nor two ways to store the same.
    List<String> dumpByName() throws SQLException {
      Map<Long, String> names = new HashMap<>();
      for (TopicRow topic : tables.topicsAbove(0, 1_000)) {
        names.put(topic.id(), topic.topic().toString());
      }
      List<String> rows = new ArrayList<>();
      for (Table<?> table : Tables.ALL.all()) {
        if (table == BatchRow.TABLE) {
          continue;
        }
        List<String> columns = List.of(table.columns().split(", ", -1));
        try (Statement statement = tables.connection().createStatement();
            ResultSet result = statement.executeQuery(table.all())) {
          while (result.next()) {
            StringBuilder row = new StringBuilder(table.name());
            for (String column : columns) {
              boolean isTopic =
                  column.equals("topic_id") || (table == TopicRow.TABLE && column.equals("id"));
              if (!column.equals("checksum")) {
                Object value = result.getObject(column);
                row.append(' ')
                    .append(
                        isTopic
                            ? names.get(result.getLong(column))
                            : value instanceof byte[] bytes
                                ? new String(bytes, StandardCharsets.UTF_8)
                                : value);
              }
            }
            rows.add(row.toString());
          }
        }
      }
      tables.rollback();
      Collections.sort(rows);
      return rows;
    }

    private Connection counting(Connection connection) {
      return (Connection)
          Proxy.newProxyInstance(
              Writer.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, arguments) -> {
                Object result = call(connection, method, arguments);
                return result instanceof PreparedStatement statement ? counting(statement) : result;
              });
    }

    private PreparedStatement counting(PreparedStatement statement) {
      return (PreparedStatement)
          Proxy.newProxyInstance(
              Writer.class.getClassLoader(),
              new Class<?>[] {PreparedStatement.class},
              (proxy, method, arguments) -> {
                statements += method.getName().startsWith("execute") ? 1 : 0;
                return call(statement, method, arguments);
              });
    }

    private static @Nullable Object call(
        Object target, java.lang.reflect.Method method, Object @Nullable [] arguments)
        throws Throwable {
      try {
        return method.invoke(target, arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    @Override
    public void close() throws SQLException {
      tables.close();
      database.close();
      folder.close();
    }
  }

  @Test
  void storingTogetherIsStoringOneAfterTheOther() throws Exception {
    compare(TestStore.SQLITE);
  }

  /// There everything is loaded at once, and written at once.
  @Test
  void storingTogetherInASharedDatabaseIsTheSame() throws Exception {
    compare(TestStore.POSTGRES);
  }

  private void compare(TestStore store) throws Exception {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    List<Outcome> single = new ArrayList<>();
    List<Outcome> together = new ArrayList<>();
    try (Writer one = new Writer(temp.resolve("one"));
        Writer many = new Writer(temp.resolve("many"), store)) {
      int written = 0;
      while (written < DRAFTS || (written < MOST_DRAFTS && !isVaried(single))) {
        int size = 1 + random.nextInt(80);
        // Those that concern rooms only may be decided again.
        int kinds = random.nextBoolean() ? KINDS : KINDS_IN_ROOMS;
        long newest = newest(single);
        List<Draft> ofOne = new ArrayList<>();
        List<Draft> ofMany = new ArrayList<>();
        for (int i = 0; i < size; i++) {
          long choice = random.nextLong();
          long about = newest + i / 4;
          ofOne.add(draft(new Random(choice), about, kinds, single));
          ofMany.add(draft(new Random(choice), about, kinds, together));
        }
        for (Draft draft : ofOne) {
          one.write(List.of(draft));
        }
        many.write(ofMany);
        written += size;
        assertThat(together).as(seeded.toString()).isEqualTo(single);
        assertThat(many.dumpByName()).as(seeded.toString()).isEqualTo(one.dumpByName());
      }
    }
    assertThat(isVaried(single)).as(seeded.toString()).isTrue();
  }

  /// Whether everything has happened that may.
  private static boolean isVaried(List<Outcome> outcomes) {
    return Stream.of(Outcome.Stored.class, Outcome.Read.class, Outcome.Marked.class)
            .allMatch(type -> outcomes.stream().anyMatch(type::isInstance))
        && outcomes.containsAll(
            List.of(
                new Outcome.Listed(true),
                new Outcome.Noted(),
                new Outcome.Refused(ErrorCode.CONFLICT),
                new Outcome.Refused(ErrorCode.NOT_FOUND)));
  }

  /// One batch of all, or one of each.
  private static List<List<Draft>> batches(List<Draft> drafts, boolean together) {
    return together ? List.of(drafts) : drafts.stream().map(List::of).toList();
  }

  @Test
  void whatCameWithTheSameBatchIsDeletedAsWell() throws Exception {
    List<List<String>> dumps = new ArrayList<>();
    for (boolean together : List.of(false, true)) {
      List<Outcome> outcomes = new ArrayList<>();
      ClientId ana = CLIENTS.getFirst();
      List<Draft> drafts =
          List.of(
              append(room(0), new Entry.Chat(ana, "x", "secret"), "a", outcomes),
              append(room(0), new Entry.Edit(ana, 1, "another secret"), "b", outcomes),
              append(room(0), new Entry.Reaction(ana, 1, "👍", false), "c", outcomes),
              append(room(0), new Entry.Deletion(ana, 1), "d", outcomes),
              append(room(0), new Entry.Reaction(ana, 1, "👍", false), "e", outcomes));
      try (Writer writer = new Writer(temp.resolve("deleted-" + together))) {
        for (List<Draft> batch : batches(drafts, together)) {
          writer.write(batch);
        }
        assertThat(outcomes.getLast()).isEqualTo(new Outcome.Refused(ErrorCode.NOT_FOUND));
        dumps.add(writer.dump());
      }
    }
    assertThat(dumps.getLast())
        .isEqualTo(dumps.getFirst())
        .noneMatch(row -> row.contains("secret"));
  }

  /// Of two who delete a message at once one is too late, and its edits lose their texts once.
  @ParameterizedTest
  @EnumSource
  void deletingAnEditedMessageTwiceIsDeletingItOnce(TestStore store) throws Exception {
    List<List<String>> dumps = new ArrayList<>();
    for (boolean together : List.of(false, true)) {
      List<Outcome> outcomes = new ArrayList<>();
      ClientId ana = CLIENTS.getFirst();
      List<Draft> deletions =
          List.of(
              append(room(0), new Entry.Deletion(ana, 1), null, outcomes),
              append(room(0), new Entry.Deletion(ana, 1), null, outcomes));
      try (Writer writer = new Writer(temp.resolve("twice-" + together), store)) {
        writer.write(said(List.of("a"), outcomes));
        writer.write(List.of(append(room(0), new Entry.Edit(ana, 1, "ho"), null, outcomes)));
        for (List<Draft> batch : batches(deletions, together)) {
          writer.write(batch);
        }
        assertThat(outcomes.getLast()).isEqualTo(new Outcome.Refused(ErrorCode.NOT_FOUND));
        dumps.add(writer.dumpByName());
      }
    }
    assertThat(dumps.getLast()).isEqualTo(dumps.getFirst());
  }

  @Test
  void aBatchWithARepeatedRequestIsDecidedAgain() throws Exception {
    List<List<String>> dumps = new ArrayList<>();
    List<List<Outcome>> told = new ArrayList<>();
    for (boolean together : List.of(false, true)) {
      List<Outcome> outcomes = new ArrayList<>();
      try (Writer writer = new Writer(temp.resolve("repeated-" + together))) {
        writer.write(said(List.of("a", "b", "c"), outcomes));
        List<Draft> drafts = new ArrayList<>(said(List.of("d", "b", "e", "e"), outcomes));
        drafts.add(append(room(0), new Entry.Deletion(CLIENTS.getFirst(), 1), "f", outcomes));
        for (List<Draft> batch : batches(drafts, together)) {
          writer.write(batch);
        }
        assertThat(writer.again).isEqualTo(1);
        dumps.add(writer.dump());
      }
      told.add(outcomes);
    }
    assertThat(told.getLast()).isEqualTo(told.getFirst());
    assertThat(told.getLast().get(4)).isEqualTo(told.getLast().get(1));
    assertThat(dumps.getLast()).isEqualTo(dumps.getFirst());
  }

  /// A message with each id, all alike.
  private static List<Draft> said(List<String> ids, List<Outcome> outcomes) {
    return ids.stream()
        .map(id -> append(room(0), new Entry.Chat(CLIENTS.getFirst(), "x", "hi"), id, outcomes))
        .toList();
  }

  /// New ones are not looked for, and others soon after a repeated one are.
  @Test
  void aNewRequestIsNotLookedFor() throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    try (Writer writer = new Writer(temp.resolve("new"))) {
      writer.write(said(List.of("a", "b"), outcomes));
      int first = writer.statements;
      writer.write(said(List.of("c"), outcomes));
      int ofNew = writer.statements - first;
      writer.write(said(List.of("a"), outcomes));
      writer.write(said(List.of("d"), outcomes));
      int second = writer.statements;
      writer.write(said(List.of("e"), outcomes));
      assertThat(writer.statements - second).isEqualTo(ofNew + 1);
    }
  }

  @Test
  void theNumberOfStatementsThatReadDoesNotDependOnTheNumberOfDrafts() throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    try (Writer writer = new Writer(temp.resolve("counted"))) {
      List<Draft> first = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        first.add(
            append(room(0), new Entry.Chat(CLIENTS.get(i % 3), "x", "hi"), "f" + i, outcomes));
      }
      writer.write(first);
      int few = statementsToLoad(writer, 1, outcomes);
      int many = statementsToLoad(writer, 100, outcomes);
      assertThat(few).isPositive();
      assertThat(many).isEqualTo(few);
    }
  }

  /// How many statements it takes to load what so many drafts of each kind need; deciding about
  /// them reads nothing more.
  private static int statementsToLoad(Writer writer, int count, List<Outcome> outcomes)
      throws SQLException {
    List<Draft> drafts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long target = 1L + i;
      ClientId client = CLIENTS.get(i % 3);
      String id = count + "-" + i;
      drafts.add(append(room(0), new Entry.Chat(client, "x", "hi"), "c" + id, outcomes));
      drafts.add(
          append(
              room(0),
              new Entry.Chat(client, "x", "yes", target, null, false),
              "r" + id,
              outcomes));
      drafts.add(append(room(0), new Entry.Edit(client, target, "ho"), "e" + id, outcomes));
      drafts.add(
          append(room(0), new Entry.Reaction(client, target, "👍", false), "l" + id, outcomes));
      drafts.add(append(room(0), new Entry.Deletion(client, 200 + target), "d" + id, outcomes));
      drafts.add(new Draft.Mark(room(0), client, target, outcomes::add));
      drafts.add(new Draft.Seen(new ClientId("seen-" + id), outcomes::add));
      drafts.add(
          append(
              TopicName.inbox(CLIENTS.get(i % 3)),
              new Entry.Notification(client, Entry.Scope.PERSONAL, "look"),
              "n" + id,
              outcomes));
    }
    int before = writer.statements;
    Facts facts = writer.session.facts();
    facts.load(drafts, NOW);
    final int loaded = writer.statements - before;
    WriteBatch writeBatch = writer.session.begin(NOW);
    writer.session.add(writeBatch, facts, drafts);
    assertThat(facts.unforeseen()).isZero();
    writer.session.giveUp();
    return loaded;
  }

  private static long newest(List<Outcome> outcomes) {
    for (Outcome outcome : outcomes.reversed()) {
      if (outcome instanceof Outcome.Stored stored && stored.position() != null) {
        return stored.position().offset();
      }
    }
    return 0;
  }

  private static TopicName room(int number) {
    return TopicName.room(new RoomName("room-" + number));
  }

  private static Draft append(
      TopicName topic, Entry.Kept entry, @Nullable String id, List<Outcome> outcomes) {
    return new Draft.Append(topic, entry, id, ownOr(entry), outcomes::add);
  }

  /// Amendments of others' messages are refused now and then.
  private static Draft.TargetRule ownOr(Entry.Kept entry) {
    return author ->
        entry instanceof Entry.Edit && !author.equals(entry.client()) ? ErrorCode.FORBIDDEN : null;
  }

  /// @param about near which offset it amends messages: some of them come with the same batch
  /// @param kinds how many kinds there are to choose from
  private static Draft draft(
      RandomGenerator random, long about, int kinds, List<Outcome> outcomes) {
    ClientId client = CLIENTS.get(random.nextInt(CLIENTS.size()));
    ClientId other = CLIENTS.get(random.nextInt(CLIENTS.size()));
    TopicName topic = room(Math.max(0, random.nextInt(8) - 3));
    long target = Math.max(1, about + random.nextInt(16) - 6);
    String id = random.nextBoolean() ? null : ODD_IDS.get(random.nextInt(ODD_IDS.size()));
    return switch (random.nextInt(kinds)) {
      case 0, 1 ->
          append(topic, new Entry.Chat(client, "x", "hi " + random.nextInt(2)), id, outcomes);
      case 2 ->
          append(topic, new Entry.Chat(client, "x", "yes", target, null, false), id, outcomes);
      case 3 -> append(topic, new Entry.Edit(client, target, "ho"), id, outcomes);
      case 4 -> append(topic, new Entry.Deletion(client, target), id, outcomes);
      case 5, 6 ->
          append(
              topic,
              new Entry.Reaction(
                  client, target, random.nextBoolean() ? "👍" : "🦜", random.nextInt(3) == 0),
              id,
              outcomes);
      case 7 -> new Draft.Mark(topic, client, target, outcomes::add);
      case 8 -> new Draft.Membership(topic, client, random.nextInt(3) > 0, 2, outcomes::add);
      case 9 -> new Draft.Seen(client, outcomes::add);
      case 10 ->
          random.nextInt(3) == 0
              ? append(
                  TopicName.BROADCASTS,
                  new Entry.Notification(client, Entry.Scope.BROADCAST, "all"),
                  id,
                  outcomes)
              : append(
                  TopicName.inbox(other),
                  new Entry.Notification(client, Entry.Scope.PERSONAL, "look"),
                  id,
                  outcomes);
      case 11 -> {
        NotificationId name = notification(random, client, target);
        yield append(
            TopicName.inbox(client),
            random.nextBoolean()
                ? new Entry.InboxRead(client, List.of(name.toString()), null, 0, 0)
                : new Entry.InboxRead(client, List.of(), name.toString(), 0, 0),
            null,
            outcomes);
      }
      case 12 -> {
        NotificationId name = notification(random, other, target);
        yield append(
            name.topic(),
            new Entry.Revocation(client, target, name.toString(), null, 0),
            null,
            outcomes);
      }
      default -> {
        NotificationId name = notification(random, client, target);
        Position own = new Position(TERM, target);
        yield random.nextBoolean()
            ? new Draft.Shown(client, "phone", name.topic(), name.position(), outcomes::add)
            : new Draft.Acked(client, "phone", new InboxPosition(own, null), outcomes::add);
      }
    };
  }

  private static NotificationId notification(RandomGenerator random, ClientId client, long offset) {
    TopicName topic = random.nextInt(3) == 0 ? TopicName.BROADCASTS : TopicName.inbox(client);
    return new NotificationId(topic, new Position(TERM, offset));
  }
}
