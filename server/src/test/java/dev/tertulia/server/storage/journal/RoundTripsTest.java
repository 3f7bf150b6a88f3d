package dev.tertulia.server.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.RoundTrips;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A batch takes three round trips to PostgreSQL, whatever is in it: one to lock, one to read, one
/// to write and commit.
final class RoundTripsTest {
  private static final int MANY = 200;
  private static final NameBounds BOUNDS =
      new NameBounds(100_000, 50_000, 100_000, 100_000, 100_000, limit -> {});

  private String url;
  private RoundTrips trips;
  private PostgresDatabase database;
  private LogTables tables;
  private WriterSession session;

  @BeforeEach
  void open() throws Exception {
    url = Postgres.shared().newDatabase();
    trips = new RoundTrips(url);
    database = PostgresDatabase.open(PostgresAddress.of(trips.url(), null));
    tables = LogTables.of(database.connect(), database.isShared());
    session =
        new WriterSession(tables, ThreadLocalRandom.current().nextLong(), BOUNDS, database::clock);
  }

  @AfterEach
  void close() throws Exception {
    tables.close();
    trips.close();
    Postgres.shared().drop(url);
  }

  private static TopicName room(int number) {
    return TopicName.room(new RoomName("room" + number));
  }

  private static ClientId client(int number) {
    return new ClientId("client" + number);
  }

  private final List<Outcome> outcomes = new ArrayList<>();

  private Draft append(TopicName topic, Entry.Kept entry, @Nullable String id) {
    return new Draft.Append(topic, entry, id, TargetRule.ANY, outcomes::add);
  }

  /// Stores drafts as one batch.
  ///
  /// @return how many round trips it took
  private int store(List<Draft> drafts) throws Exception {
    outcomes.clear();
    trips.take();
    WriteBatch batch = session.begin(session.lock(drafts, null));
    session.add(batch, drafts);
    batch.finish(tables);
    session.topicCache.removeUnbegun();
    tables.commit(database);
    session.seq = batch.seq;
    int taken = trips.take();
    batch.release();
    batch.settleAll(dev.tertulia.server.engine.EngineGuard.ofNoProcess());
    assertThat(outcomes).hasSize(drafts.size());
    return taken;
  }

  private int storeAll(List<Draft> drafts) throws Exception {
    int taken = store(drafts);
    assertThat(outcomes).noneMatch(Outcome.Refused.class::isInstance);
    return taken;
  }

  /// Whatever the number of its drafts: more than once, because the driver prepares a statement
  /// when it has been executed a few times.
  @Test
  void roomsTakeThree() throws Exception {
    for (int round = 0; round < 8; round++) {
      int of = round;
      List<Draft> drafts = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        drafts.add(append(room(i), new Entry.Chat(client(i), "C", "m"), "first" + of + "-" + i));
        drafts.add(append(room(i), new Entry.Chat(client(i), "C", "m"), null));
        drafts.add(new Draft.Membership(room(i), client(i), true, 100, outcomes::add));
        drafts.add(new Draft.Mark(room(i), client(i), 1, outcomes::add));
      }
      assertThat(storeAll(drafts)).as("round %s", round).isEqualTo(3);
      drafts.clear();
      for (int i = 0; i < MANY; i++) {
        long first = of * 10L + 1;
        drafts.add(append(room(i), new Entry.Chat(client(i), "C", "m"), "first" + of + "-" + i));
        drafts.add(
            append(room(i), new Entry.Chat(client(i), "C", "m", first, null, false), "reply" + of));
        drafts.add(append(room(i), new Entry.Edit(client(i), first, "edited"), "edit" + of));
        drafts.add(append(room(i), new Entry.Reaction(client(i), first, "x", false), "react" + of));
        drafts.add(append(room(i), new Entry.Reaction(client(0), first, "y", false), null));
      }
      assertThat(storeAll(drafts)).as("round %s", round).isEqualTo(3);
      drafts.clear();
      for (int i = 0; i < MANY; i++) {
        long first = of * 10L + 1;
        drafts.add(
            append(room(i), new Entry.Reaction(client(i), first, "x", true), "unreact" + of));
        drafts.add(append(room(i), new Entry.Reaction(client(0), first, "y", false), "same" + of));
        drafts.add(append(room(i), new Entry.Deletion(client(i), first), "delete" + of));
        drafts.add(append(room(i), new Entry.Chat(client(1), "C", "one more"), null));
        drafts.add(append(room(i), new Entry.Chat(client(1), "C", "and more"), null));
      }
      int taken = store(drafts);
      assertThat(taken).as("round %s", round).isEqualTo(3);
    }
  }

  @Test
  void inboxesTakeThree() throws Exception {
    for (int round = 0; round < 8; round++) {
      List<Draft> drafts = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        TopicName inbox = TopicName.inbox(client(i));
        drafts.add(new Draft.Seen(client(i), outcomes::add));
        for (int n = 0; n < 4; n++) {
          drafts.add(
              append(inbox, new Entry.Notification(client(0), Entry.Scope.PERSONAL, "n"), null));
        }
      }
      drafts.add(
          append(
              TopicName.BROADCASTS,
              new Entry.Notification(client(0), Entry.Scope.BROADCAST, "to all"),
              null));
      assertThat(storeAll(drafts)).as("round %s", round).isEqualTo(3);
      List<Outcome.Stored> stored =
          outcomes.stream()
              .filter(Outcome.Stored.class::isInstance)
              .map(Outcome.Stored.class::cast)
              .toList();
      Outcome.Stored broadcast = stored.getLast();
      drafts.clear();
      for (int i = 0; i < MANY; i++) {
        ClientId client = client(i);
        TopicName inbox = TopicName.inbox(client);
        Outcome.Stored first = stored.get(4 * i);
        Position position = Objects.requireNonNull(first.position());
        drafts.add(
            append(
                inbox,
                new Entry.InboxRead(client, List.of(first.id(), broadcast.id()), null, 0, 0),
                null));
        drafts.add(
            append(
                inbox,
                new Entry.InboxRead(client, List.of(), stored.get(4 * i + 2).id(), 0, 0),
                null));
        drafts.add(
            append(inbox, new Entry.InboxRead(client, List.of(), broadcast.id(), 0, 0), null));
        drafts.add(
            new Draft.Acked(client, "phone", new InboxPosition(position, null), outcomes::add));
        drafts.add(
            new Draft.Acked(
                client,
                "watch",
                new InboxPosition(null, Objects.requireNonNull(broadcast.position())),
                outcomes::add));
        drafts.add(
            new Draft.Acked(
                client,
                "tablet",
                new InboxPosition(position, Objects.requireNonNull(broadcast.position())),
                outcomes::add));
        drafts.add(new Draft.Shown(client, "phone", inbox, position, outcomes::add));
        drafts.add(
            append(
                inbox,
                new Entry.Revocation(
                    client(0),
                    Objects.requireNonNull(stored.get(4 * i + 3).position()).offset(),
                    stored.get(4 * i + 3).id(),
                    null,
                    0),
                null));
      }
      assertThat(storeAll(drafts)).as("round %s", round).isEqualTo(3);
    }
  }
}
