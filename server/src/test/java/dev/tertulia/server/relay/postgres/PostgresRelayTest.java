package dev.tertulia.server.relay.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.Relay.Sent;
import dev.tertulia.server.relay.RelayCodec;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayMessage.Announcement;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Presence;
import dev.tertulia.server.relay.RelayMessage.Publications;
import dev.tertulia.server.relay.RelayPeer;
import dev.tertulia.server.storage.postgres.PostgresServers;
import dev.tertulia.server.storage.postgres.PostgresSessions;
import dev.tertulia.server.testing.LoggedLines;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.TopicName;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Relays of two nodes over a real PostgreSQL, and what becomes of them when it fails.
@Tag("system")
@Tag(Postgres.TAG)
final class PostgresRelayTest {
  private static final TopicName PLAZA = TopicName.room(new RoomName("plaza"));
  private static final TopicName PATIO = TopicName.room(new RoomName("patio"));
  private static final String REFUSED =
      "The relay can't use the test: it answers, but LISTEN does not last there, as through a"
          + " transaction pooler. Let database name PostgreSQL itself or a pooler in session mode,"
          + " or set redis; until then nodes poll the database, and typing, presence, limits and"
          + " disconnecting are those of one node";
  private static final String KILL =
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
          + " WHERE datname = current_database() AND pid <> pg_backend_pid()";

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private static final class Node extends RelayPeer<PostgresRelay> {
    Node(String name, PostgresRelay.Opener opener, long queueBytes) {
      super(
          name,
          (node, listener, guard) ->
              new PostgresRelay(
                  new PostgresRelay.Settings(opener, "the test", "tertulia", node),
                  listener,
                  queueBytes,
                  guard));
    }

    @Override
    protected Node until(String... expected) {
      super.until(expected);
      return this;
    }
  }

  private String database() {
    String database = Postgres.shared().newDatabase();
    opened.add(() -> Postgres.shared().drop(database));
    return database;
  }

  private Node node(String name, String database) {
    return node(name, opener(database), Relay.QUEUE_BYTES);
  }

  private Node node(String name, PostgresRelay.Opener opener, long queueBytes) {
    Node node = new Node(name, opener, queueBytes);
    opened.add(node);
    return node;
  }

  private static PostgresRelay.Opener opener(String database) {
    return new PostgresSessions(new PostgresServers(PostgresAddress.of(database, null)))::open;
  }

  @Test
  void messagesReachTheOtherNodesThatTheyConcern() {
    String database = database();
    Node a = node("a", database).until("resumed");
    Node b = node("b", database).until("resumed");
    a.subscribe(PLAZA);
    b.subscribe(PLAZA);
    a.sends(a.about(PATIO, 1));
    RelayMessage second = a.sends(a.about(PLAZA, 2));
    RelayMessage third = a.sends(a.message(3));
    b.heard(List.of(second, third));
    b.relay.unsubscribe(PLAZA);
    b.subscribe(PATIO);
    a.sends(a.about(PLAZA, 4));
    RelayMessage fifth = a.sends(a.about(PATIO, 5));
    b.heard(List.of(second, third, fifth));
    assertThat(a.heard).as("its own messages").isEmpty();
    assertThat(a.relay.counts()).isEqualTo(new Relay.Counts(5, 0, 0, 0, 0, 0));
    assertThat(b.relay.counts()).isEqualTo(new Relay.Counts(0, 3, 0, 0, 0, 0));
  }

  @Test
  void messagesOfAnySizeArriveInOrderThoughEachTextIsShort() {
    String database = database();
    Node a = node("a", database).until("resumed");
    Node b = node("b", database).until("resumed");
    b.subscribe(PLAZA);
    List<RelayMessage> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(a.sends(a.about(PLAZA, i)));
    }
    String longest = "ñ".repeat(128);
    all.add(
        a.sends(
            new Presence(
                new Origin(a.name, 1, 0, 0),
                1,
                0,
                1,
                IntStream.range(0, 500)
                    .mapToObj(i ->
                        new Presence.Stay(
                            new RoomName("r".repeat(128)),
                            new ClientId("c".repeat(120) + i),
                            longest,
                            1))
                    .toList())));
    all.add(a.sends(a.about(PLAZA, 101, RelayCodec.MOST_BYTES - 100)));
    assertThat(a.relay.send(a.about(PLAZA, 102, RelayCodec.MOST_BYTES))).isEqualTo(Sent.DROPPED);
    all.add(a.sends(a.about(PLAZA, 103)));
    b.heard(all);
    assertThat(a.relay.counts().unsent()).isEqualTo(1);
  }

  @Test
  void aTextIsAlwaysBelowWhatPostgresqlTakes() {
    for (int size : new int[] {0, 1, 5_800, 5_900, 5_910, 6_000, 100_000}) {
      assertThat(Payloads.of(-1, Long.MAX_VALUE, List.of(new byte[size])))
          .allSatisfy(text -> assertThat(text).hasSizeLessThan(8_000));
    }
  }

  @Test
  void storedContentsAreLeftToTheDatabaseAndOthersAreSent() {
    String database = database();
    Node a = node("a", database).until("resumed");
    Node b = node("b", database).until("resumed");
    b.subscribe(PLAZA);
    assertThat(a.relay.send(entry(a, 7))).isEqualTo(Sent.DROPPED);
    b.heard(List.of(a.sends(entry(a, 0))));
    assertThat(a.relay.counts().unsent()).as("lost").isZero();
  }

  private static Publications entry(Node of, long offset) {
    return new Publications(
        new Origin(of.name, 1, 7, 1),
        PLAZA,
        7,
        List.of(
            new Publications.Stored(offset, 1, "id", new ClientId("ana"), 0, 1, new byte[] {1})));
  }

  @Test
  void announcementsAreCut() {
    List<Announcement.Batch> batches = new ArrayList<>();
    for (int seq = 1; seq <= 20; seq++) {
      List<Announcement.End> ends = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        String name = "x".repeat(120) + i;
        ends.add(new Announcement.End(TopicName.inbox(new ClientId(name)), seq));
      }
      batches.add(new Announcement.Batch(seq, ends));
    }
    String database = database();
    Node a = node("a", database).until("resumed");
    Node b = node("b", database).until("resumed");
    Announcement whole = new Announcement(new Origin(a.name, 1, 7, 20), 0, batches);
    a.sends(whole);
    await().atMost(TestServer.PATIENCE).until(() -> !b.heard.isEmpty());
    Announcement heard = (Announcement) b.heard.getFirst();
    assertThat(heard.origin()).isEqualTo(whole.origin());
    assertThat(heard.batches())
        .hasSizeBetween(1, 19)
        .isEqualTo(batches.subList(0, heard.batches().size()));
    assertThat(RelayCodec.encode(heard)).hasSizeLessThan(PostgresRelay.MOST_ANNOUNCED_BYTES);
  }

  @Test
  void terminatedConnectionsAreReplacedAndNothingIsSentMeanwhile() {
    String database = database();
    Node a = node("a", database).until("resumed");
    Node b = node("b", database).until("resumed");
    b.subscribe(PLAZA);
    assertThat(Postgres.ask(database, KILL)).isEqualTo("4");
    a.until("resumed", "interrupted", "resumed");
    b.until("resumed", "interrupted", "resumed");
    b.heard(List.of(a.sends(a.about(PLAZA, 1))));
  }

  @Test
  void aFrozenDatabaseIsNoticedMemoryStaysFlatAndNothingArrivesLate() {
    Postgres postgres = Postgres.start();
    opened.add(postgres);
    String database = postgres.newDatabase();
    Node a = node("a", database).until("resumed");
    Node b = node("b", database).until("resumed");
    b.subscribe(PLAZA);
    postgres.pause();
    // Far more than would be kept, until it is noticed.
    long number = 0;
    while (!a.states.contains("interrupted")) {
      a.relay.send(a.about(PLAZA, ++number, 10_000));
      assertThat(a.relay.queuedBytes()).isLessThanOrEqualTo(2 * Relay.QUEUE_BYTES);
    }
    b.until("resumed", "interrupted");
    assertThat(a.relay.send(a.about(PLAZA, ++number))).isEqualTo(Sent.DROPPED);
    assertThat(b.relay.subscribe(PATIO).join()).as("in force").isFalse();
    postgres.resume();
    a.until("resumed", "interrupted", "resumed");
    b.until("resumed", "interrupted", "resumed");
    RelayMessage fresh = a.sends(a.about(PATIO, ++number));
    await().atMost(TestServer.PATIENCE).until(() -> b.heard.contains(fresh));
    assertThat(b.heard).as("nothing that was sent before").containsExactly(fresh);
  }

  @Test
  void aDatabaseThatIsThereLaterIsFound() {
    Postgres postgres = Postgres.start();
    opened.add(postgres);
    String database = postgres.newDatabase();
    postgres.kill();
    Node a = node("a", database);
    assertThat(a.relay.send(a.message(1))).isEqualTo(Sent.DROPPED);
    postgres.restart();
    a.until("resumed");
  }

  @Test
  void aSubscriptionThatFallsSilentIsReplaced() throws Exception {
    String database = database();
    List<Connection> connections = new CopyOnWriteArrayList<>();
    PostgresRelay.Opener opener = opener(database);
    Node a = node("a", database).until("resumed");
    Node b =
        node(
                "b",
                () -> {
                  Connection made = opener.open();
                  connections.add(made);
                  return made;
                },
                Relay.QUEUE_BYTES)
            .until("resumed");
    b.subscribe(PLAZA);
    try (Statement statement = connections.getFirst().createStatement()) {
      statement.execute("UNLISTEN *");
    }
    b.until("resumed", "interrupted", "resumed");
    b.heard(List.of(a.sends(a.about(PLAZA, 1))));
    assertThat(a.states).containsExactly("resumed");
  }

  /// There each transaction may get another connection, so nobody listens after `LISTEN`.
  @Test
  void aTransactionPoolerIsRefusedByName() {
    String database = database();
    PostgresRelay.Opener opener = opener(database);
    try (LoggedLines lines = new LoggedLines(PostgresRelay.class)) {
      Node a = node("a", () -> pooled(opener.open()), Relay.QUEUE_BYTES);
      await()
          .atMost(TestServer.PATIENCE)
          .untilAsserted(() -> assertThat(lines.of(REFUSED)).hasSize(1));
      assertThat(a.states).isEmpty();
      assertThat(a.relay.send(a.message(1))).isEqualTo(Sent.DROPPED);
    }
  }

  private static Connection pooled(Connection real) {
    return (Connection)
        Proxy.newProxyInstance(
            PostgresRelayTest.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(real, arguments);
                return method.getName().equals("createStatement")
                    ? forgetful((Statement) result)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Statement forgetful(Statement real) {
    return (Statement)
        Proxy.newProxyInstance(
            PostgresRelayTest.class.getClassLoader(),
            new Class<?>[] {Statement.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(real, arguments);
                if (method.getName().equals("execute")) {
                  real.execute("UNLISTEN *");
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void aSlowListenerCostsMessagesButNeverTheConnection() {
    String database = database();
    Node a = node("a", database).until("resumed");
    Node b = node("b", opener(database), 100_000).until("resumed");
    b.subscribe(PLAZA);
    b.gate = new CountDownLatch(1);
    for (int i = 0; i < 100; i++) {
      a.sends(a.about(PLAZA, i, 10_000));
    }
    await().atMost(TestServer.PATIENCE).until(() -> b.relay.counts().unheard() >= 80);
    b.gate.countDown();
    RelayMessage last = a.sends(a.about(PLAZA, 100));
    await().atMost(TestServer.PATIENCE).until(() -> b.heard.contains(last));
    Relay.Counts counts = b.relay.counts();
    assertThat(counts.received() + counts.unheard()).isEqualTo(101);
    assertThat(b.states).containsExactly("resumed");
  }

  @Test
  void whatANodeSentBeforeItsLastStartIsIgnored() {
    String database = database();
    Node a = node("a", database).until("resumed");
    Node b = node("b", database).until("resumed");
    RelayMessage first = a.sends(a.message(1));
    a.sends(new RelayMessage.Revocation(new Origin(a.name, 0, 7, 2), 2));
    RelayMessage third = a.sends(a.message(3));
    b.heard(List.of(first, third));
    assertThat(b.relay.counts().stale()).isEqualTo(1);
  }

  @Test
  void afterAFailureOfTheListenerItHearsTheNextMessage() {
    String database = database();
    Node a = node("a", database).until("resumed");
    Node b = node("b", database).until("resumed");
    RelayMessage bad = a.sends(new RelayMessage.Revocation(new Origin(a.name, 1, 7, 1), 1));
    RelayMessage good = a.sends(a.message(2));
    b.heard(List.of(bad, good));
    assertThat(b.guard.survived()).isEqualTo(1);
  }

  @Test
  void whatNobodySentIsCountedAndIgnored() throws SQLException {
    String database = database();
    Node b = node("b", database).until("resumed");
    Postgres.ask(database, "NOTIFY tertulia, 'hola'");
    Postgres.ask(database, "NOTIFY tertulia, '¿qué?'");
    Postgres.ask(database, "NOTIFY tertulia, '%s'".formatted("A".repeat(40)));
    await().atMost(TestServer.PATIENCE).until(() -> b.relay.counts().malformed() == 3);
    assertThat(b.heard).isEmpty();
  }
}
