package dev.tertulia.server.storage;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.journal.JournalMeters;
import dev.tertulia.server.storage.journal.LogWriter;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.read.SqlLog;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A real journal on a real database in a folder, whose commits can be made to fail, with a record
/// of everything it reported.
public final class TestLog implements AutoCloseable {
  public static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);
  public static final ClientId ANA = new ClientId("ana");
  public static final ClientId BEA = new ClientId("bea");

  /// What becomes of a commit.
  enum DeliveryStatus {
    WORKS,
    FAILS_BEFORE,
    /// As FAILS_BEFORE, because the disk is full.
    FINDS_NO_ROOM,
    FAILS_AFTER
  }

  /// Where a fault can be put into the writer's work.
  enum Place {
    CLOCK,
    COMMIT,
    COPY,
    HAND_OVER,
    RETENTION,
    HOUSEKEEPING
  }

  /// What commits.
  private interface Committing {
    void commit() throws SQLException;
  }

  /// Whether a shared database goes by its own clock, and not by [#clock].
  public volatile boolean keepsTime;

  /// Thrown once at its place.
  record Fault(Place place, Error error) {}

  final AtomicReference<@Nullable Fault> fault = new AtomicReference<>();
  final List<String> ends = Collections.synchronizedList(new ArrayList<>());
  final EngineGuard guard = new EngineGuard(ends::add);

  volatile DeliveryStatus deliveryStatus = DeliveryStatus.WORKS;

  /// What the disk does before a commit.
  public volatile Runnable beforeCommit = () -> {};

  /// How much time, in nanoseconds, has been skipped.
  final AtomicLong skipped = new AtomicLong();

  volatile boolean connects = true;
  volatile boolean readOnly;
  public volatile long clock = 1_000_000;
  final AtomicInteger attempts = new AtomicInteger();
  public final AtomicInteger commits = new AtomicInteger();
  volatile Function<TopicName, Retention> retention = topic -> Retention.FOREVER;

  private final ClientExpiry clientExpiry;
  private final NameBounds names;

  /// In the order in which they were told: positions that receipts heard of, publications.
  public final List<Object> told = Collections.synchronizedList(new ArrayList<>());

  public final List<Publication> publications = Collections.synchronizedList(new ArrayList<>());
  public final List<CommitListener.Blanked> blanked =
      Collections.synchronizedList(new ArrayList<>());

  /// What was done to the file, and with how many pages.
  public final List<String> steps = Collections.synchronizedList(new ArrayList<>());

  final List<TopicName> renewed = Collections.synchronizedList(new ArrayList<>());

  /// Is told after the copy into which a fault can be put.
  final LaterCopy laterCopy = new LaterCopy();

  final List<Position> floors = Collections.synchronizedList(new ArrayList<>());
  public final DataFolder folder;
  public final SqlJournal journal;
  private boolean damaged;

  private final TestStore store;

  /// One that forgets clients and devices.
  TestLog(Path path, ClientExpiry clientExpiry) {
    this(path, clientExpiry, TestStore.SQLITE);
  }

  TestLog(Path path, ClientExpiry clientExpiry, TestStore store) {
    this(path, 1000, clientExpiry, NameBounds.NONE, store);
  }

  /// One with bounds on rooms and inboxes.
  TestLog(Path path, NameBounds names) {
    this(path, names, TestStore.SQLITE);
  }

  TestLog(Path path, NameBounds names, TestStore store) {
    this(path, 1000, ClientExpiry.NEVER, names, store);
  }

  public TestLog(Path path) {
    this(path, 1000);
  }

  public TestLog(Path path, TestStore store) {
    this(path, 1000, store);
  }

  public TestLog(Path path, int bound) {
    this(path, bound, TestStore.SQLITE);
  }

  public TestLog(Path path, int bound, TestStore store) {
    this(path, bound, ClientExpiry.NEVER, NameBounds.NONE, store);
  }

  private TestLog(
      Path path, int bound, ClientExpiry clientExpiry, NameBounds names, TestStore store) {
    this.store = store;
    this.names = names;
    this.clientExpiry = clientExpiry;
    folder = DataFolder.open(path);
    try {
      journal = open(bound);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private SqlJournal open(int bound) {
    Database real = store.open(folder);
    Database database =
        new Database() {
          @Override
          public Connection connect() throws SQLException {
            if (!connects) {
              throw new SQLException("no connection, on purpose");
            }
            Connection connection = real.connect();
            if (readOnly) {
              try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA query_only = ON");
              }
            }
            return connection;
          }

          @Override
          public boolean isShared() {
            return real.isShared();
          }

          @Override
          public String clock() {
            meet(Place.CLOCK);
            return keepsTime ? real.clock() : "CAST(" + clock + " AS bigint)";
          }

          @Override
          public void commit(Connection connection) throws SQLException {
            commit(() -> real.commit(connection));
          }

          @Override
          public void commit(Connection connection, PreparedStatement last) throws SQLException {
            commit(() -> real.commit(connection, last));
          }

          private void commit(Committing committing) throws SQLException {
            meet(Place.COMMIT);
            beforeCommit.run();
            DeliveryStatus now = deliveryStatus;
            attempts.incrementAndGet();
            if (now == DeliveryStatus.FAILS_BEFORE) {
              throw new SQLException("not committed, on purpose");
            }
            if (now == DeliveryStatus.FINDS_NO_ROOM) {
              throw store.noRoom();
            }
            committing.commit();
            commits.incrementAndGet();
            if (now == DeliveryStatus.FAILS_AFTER) {
              throw new SQLException("committed, and the answer lost, on purpose");
            }
          }

          @Override
          public void requireFiles() throws SQLException {
            real.requireFiles();
          }

          @Override
          public void released() {
            real.released();
          }

          @Override
          public boolean isSwollen() {
            return real.isSwollen();
          }

          @Override
          public boolean mayComeToLight(SQLException failure) {
            return real.mayComeToLight(failure);
          }

          @Override
          public void requireRoom() throws SQLException {
            real.requireRoom();
          }

          @Override
          public void tend(Connection connection, int entries) throws SQLException {
            meet(Place.HOUSEKEEPING);
            real.tend(connection, entries);
          }

          @Override
          public boolean shrink(Connection connection, int pages) throws SQLException {
            steps.add("shrink " + pages);
            return real.shrink(connection, pages);
          }

          @Override
          public boolean shrinkIfLarge(Connection connection, int pages) throws SQLException {
            return real.shrinkIfLarge(connection, pages);
          }

          @Override
          public long scrub(Connection connection, long above, int pages) throws SQLException {
            steps.add("scrub " + pages);
            return real.scrub(connection, above, pages);
          }

          @Override
          public void close() {
            real.close();
          }

          @Override
          public boolean purge(Connection connection) throws SQLException {
            return real.purge(connection);
          }
        };
    try {
      return new SqlJournal(
          bound,
          new LogWriter.Parts(
              "log",
              database,
              store.note(folder),
              () -> {
                meet(Place.CLOCK);
                return clock;
              },
              () -> System.nanoTime() + skipped.get(),
              () -> ThreadLocalRandom.current().nextLong(),
              topic -> {
                meet(Place.RETENTION);
                return retention.apply(topic);
              },
              clientExpiry,
              names,
              List.of(new Copy(), laterCopy),
              this::handOver,
              JournalMeters.ofNoMeters(),
              guard));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void meet(Place place) {
    Fault now = fault.get();
    if (now != null && now.place == place && fault.compareAndSet(now, null)) {
      throw now.error;
    }
  }

  private void handOver(List<Publication> batch) {
    meet(Place.HAND_OVER);
    told.addAll(batch);
    publications.addAll(batch);
  }

  private final class Copy implements CommitListener {
    @Override
    public void committed(long term, long seq, List<Publication> batch, List<Blanked> gone) {
      meet(Place.COPY);
      blanked.addAll(gone);
    }

    @Override
    public void trimmed(TopicName topic, Position floor) {
      floors.add(floor);
    }

    @Override
    public void forgotten(TopicName topic) {}

    @Override
    public void renewed(TopicName topic) {
      renewed.add(topic);
    }
  }

  /// A copy that never fails.
  static final class LaterCopy implements CommitListener {
    final AtomicInteger losses = new AtomicInteger();

    @Override
    public void lost() {
      losses.incrementAndGet();
    }

    final List<Publication> publications = Collections.synchronizedList(new ArrayList<>());
    final List<TopicName> renewed = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void committed(long term, long seq, List<Publication> batch, List<Blanked> gone) {
      publications.addAll(batch);
    }

    @Override
    public void trimmed(TopicName topic, Position floor) {}

    @Override
    public void forgotten(TopicName topic) {}

    @Override
    public void renewed(TopicName topic) {
      renewed.add(topic);
    }
  }

  /// Whether commits fail from now on, without storing anything.
  public void failCommits(boolean fail) {
    deliveryStatus = fail ? DeliveryStatus.FINDS_NO_ROOM : DeliveryStatus.WORKS;
  }

  public EngineGuard guard() {
    return guard;
  }

  /// Lets time go by.
  void pass(Duration time) {
    long now = clock;
    clock = now + time.toMillis();
  }

  public static Entry.Chat chat(String text) {
    return new Entry.Chat(ANA, "Ana", text);
  }

  public CompletableFuture<Outcome> append(Entry.Kept entry, @Nullable String id) {
    return append(LOBBY, entry, id, TargetRule.ANY);
  }

  public CompletableFuture<Outcome> append(
      TopicName topic, Entry.Kept entry, @Nullable String id, TargetRule rule) {
    CompletableFuture<Outcome> future = new CompletableFuture<>();
    return queue(
        new Draft.Append(
            topic,
            entry,
            id,
            rule,
            outcome -> {
              told.add(outcome);
              future.complete(outcome);
            }),
        future);
  }

  public CompletableFuture<Outcome> mark(ClientId client, long offset) {
    CompletableFuture<Outcome> future = new CompletableFuture<>();
    return queue(new Draft.Mark(LOBBY, client, offset, future::complete), future);
  }

  /// Appends what is no entry, and waits for the answer.
  Outcome note(Function<Draft.Receipt, Draft> draft) {
    CompletableFuture<Outcome> future = new CompletableFuture<>();
    return await(queue(draft.apply(future::complete), future));
  }

  private CompletableFuture<Outcome> queue(Draft draft, CompletableFuture<Outcome> future) {
    Appended appended = journal.append(draft);
    if (appended != Appended.QUEUED) {
      future.completeExceptionally(new IllegalStateException(appended.name()));
    }
    return future;
  }

  /// Appends, and waits for the answer.
  public Outcome say(Entry.Kept entry, @Nullable String id) {
    return await(append(entry, id));
  }

  public Outcome.Stored stored(Entry.Kept entry, @Nullable String id) {
    return (Outcome.Stored) say(entry, id);
  }

  public static Outcome await(CompletableFuture<Outcome> future) {
    return future.orTimeout(30, TimeUnit.SECONDS).join();
  }

  public void until(java.util.concurrent.Callable<Boolean> condition) {
    org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(30)).until(condition);
  }

  /// What reads what this writes.
  ReadSource reader() {
    return store.reader(folder);
  }

  /// The first column of the first row.
  public String ask(String sql) {
    return store.ask(folder, sql);
  }

  /// Changes rows behind the back of the journal.
  public void change(String sql) {
    leaveDamaged();
    store.change(folder, sql);
  }

  /// Every entry of the lobby, read back and compared with its checksum.
  public List<EntryRow> entries() {
    try (LogTables tables = new LogTables(store.connect(folder))) {
      TopicRow topic = tables.topic(1, "lobby");
      List<EntryRow> entries = new ArrayList<>();
      try (ResultSet rows =
          tables.query(
              SqlLog.SINCE,
              in -> {
                in.number(topic == null ? 0 : topic.id());
                in.number(0);
                in.number(Integer.MAX_VALUE);
              })) {
        while (rows.next()) {
          entries.add(EntryRow.read(rows, 1));
        }
      }
      return entries;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Something is damaged on purpose: [#close] does not complain about it.
  void leaveDamaged() {
    damaged = true;
  }

  /// Ends it, and requires that what it has stored is sound.
  @Override
  public void close() {
    journal.close();
    folder.close();
    if (!damaged) {
      store.requireSound(folder.path());
    }
  }
}
