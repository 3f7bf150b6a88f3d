package dev.tertulia.server.storage.postgres.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.TestStore;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What applications publish in transactions of their own.
@Tag(Postgres.TAG)
final class OutboxTest {
  private static final String PUBLISH = "SELECT tertulia.publish('lobby', 'ana', '%s')";

  @TempDir private Path folder;
  private TestLog log;
  private String url;
  private final List<Outbox> outboxes = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    log = new TestLog(folder, TestStore.POSTGRES);
    url = Files.readString(folder.resolve("postgres-address"));
  }

  @AfterEach
  void close() {
    outboxes.forEach(Outbox::close);
    log.close();
  }

  private void start() {
    start(TestStore.POSTGRES.open(log.folder));
  }

  private void start(Database database) {
    outboxes.add(
        new Outbox(
            database,
            new Rooms(log.journal, Language.EN, (room, client, member) -> {}),
            new Notifications(log.journal, Language.EN),
            new Meters(),
            EngineGuard.ofNoProcess()));
  }

  /// A transaction of an application, whose statements do not wait for locks.
  private Connection application() throws SQLException {
    Connection connection = Postgres.connectTo(url);
    connection.setAutoCommit(false);
    execute(connection, "SET lock_timeout = '1ms'");
    return connection;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// The messages of the lobby that were handed on, in their order.
  private List<String> delivered() {
    List<String> texts = new ArrayList<>();
    synchronized (log.publications) {
      for (Publication publication : log.publications) {
        if (publication.entry() instanceof Entry.Chat chat) {
          texts.add(chat.message());
        } else if (publication.entry() instanceof Entry.Notification notification) {
          texts.add(notification.message());
        }
      }
    }
    return texts;
  }

  private void awaitEmpty() {
    log.until(() -> waiting() == 0);
  }

  private int waiting() {
    return Integer.parseInt(
        Postgres.ask(url, "SELECT count(*) FROM tertulia.outbox WHERE refused IS NULL"));
  }

  @Test
  void bothOrNeither() throws SQLException {
    start();
    try (Connection application = application()) {
      execute(application, "CREATE TABLE purchase (id int)");
      application.commit();
      execute(application, "INSERT INTO purchase VALUES (1)");
      execute(application, PUBLISH.formatted("given up"));
      application.rollback();
      execute(application, "INSERT INTO purchase VALUES (2)");
      execute(application, PUBLISH.formatted("kept"));
      execute(
          application,
          "SELECT tertulia.notify('bea', 'paid', title => 'Order 2', data => '{\"order\": 2}',"
              + " urgency => 'high')");
      assertThat(delivered()).isEmpty();
      application.commit();
    }
    awaitEmpty();
    assertThat(delivered()).containsExactly("kept", "paid");
    assertThat(log.publications)
        .extracting(Publication::entry)
        .filteredOn(entry -> entry instanceof Entry.Notification)
        .singleElement()
        .satisfies(entry -> {
          Entry.Notification notification = (Entry.Notification) entry;
          assertThat(notification.client().value()).isEqualTo("~api");
          assertThat(notification.title()).isEqualTo("Order 2");
          assertThat(notification.data()).isEqualTo("{\"order\": 2}");
          assertThat(notification.urgency()).isEqualTo(Entry.Urgency.HIGH);
        });
  }

  @Test
  void transactionsThatCommitInReverseOrderAreBothDeliveredOnce() throws SQLException {
    start();
    try (Connection first = application();
        Connection second = application()) {
      execute(first, PUBLISH.formatted("first"));
      execute(second, PUBLISH.formatted("second"));
      second.commit();
      log.until(() -> delivered().contains("second"));
      awaitEmpty();
      first.commit();
      awaitEmpty();
    }
    assertThat(delivered()).containsExactly("second", "first");
  }

  @Test
  void sessionsDoNotWaitForEachOther() throws SQLException {
    start();
    List<Connection> open = new ArrayList<>();
    try {
      for (int i = 0; i < 32; i++) {
        Connection application = application();
        open.add(application);
        execute(application, PUBLISH.formatted("m" + i));
        // The same client, and the same id of the application's own.
        execute(application, "SELECT tertulia.notify('bea', 'the same', id => 'one')");
      }
      // All their transactions are open.
      assertThat(
              Postgres.ask(
                  url,
                  "SELECT count(DISTINCT pid) FROM pg_locks WHERE granted AND relation ="
                      + " CAST('tertulia.outbox' AS regclass) AND mode = 'RowExclusiveLock'"))
          .isEqualTo("32");
      for (Connection application : open) {
        application.commit();
      }
    } finally {
      for (Connection application : open) {
        application.close();
      }
    }
    awaitEmpty();
    List<String> expected = new ArrayList<>(IntStream.range(0, 32).mapToObj(i -> "m" + i).toList());
    expected.add("the same");
    assertThat(delivered()).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void severalServersPublishEachRowOnceAndWhatOneTransactionSendsInItsOrder() throws SQLException {
    for (int i = 0; i < 3; i++) {
      start();
    }
    List<String> expected = new ArrayList<>();
    for (int transaction = 0; transaction < 10; transaction++) {
      try (Connection application = application()) {
        for (int i = 0; i < 200; i++) {
          String text = "%s-%s".formatted(transaction, i);
          expected.add(text);
          execute(application, PUBLISH.formatted(text));
        }
        application.commit();
      }
    }
    awaitEmpty();
    assertThat(delivered()).containsExactlyInAnyOrderElementsOf(expected);
    for (int transaction = 0; transaction < 10; transaction++) {
      String prefix = transaction + "-";
      assertThat(delivered().stream().filter(text -> text.startsWith(prefix)))
          .containsExactlyElementsOf(
              expected.stream().filter(text -> text.startsWith(prefix)).toList());
    }
  }

  /// Another server has the first row: what comes after it in the same room has to wait.
  @Test
  void nothingOvertakesWhatAnotherServerHasClaimed() throws SQLException {
    try (Connection other = application()) {
      execute(other, PUBLISH.formatted("first"));
      execute(other, PUBLISH.formatted("second"));
      execute(other, "SELECT tertulia.publish('patio', 'ana', 'elsewhere')");
      execute(other, "SELECT tertulia.notify('lobby', 'a client of that name')");
      other.commit();
      execute(other, "SELECT id FROM tertulia.outbox WHERE message = 'first' FOR UPDATE");
      start();
      log.until(() -> waiting() == 2);
      assertThat(delivered()).containsExactly("elsewhere", "a client of that name");
      other.rollback();
    }
    awaitEmpty();
    assertThat(delivered())
        .containsExactly("elsewhere", "a client of that name", "first", "second");
  }

  /// A server that is killed after it has published, and before the rows are gone.
  @Test
  void whatWasPublishedAlreadyIsNotPublishedAgain() throws Exception {
    Database real = TestStore.POSTGRES.open(log.folder);
    CountDownLatch killed = new CountDownLatch(1);
    List<String> published = Collections.synchronizedList(new ArrayList<>());
    start(
        new Database() {
          @Override
          public Connection connect() throws SQLException {
            return real.connect();
          }

          @Override
          public void commit(Connection connection) throws SQLException {
            // It also commits when it has found nothing to publish.
            if (killed.getCount() > 0 && !delivered().isEmpty()) {
              // Another thread is told of them, one after the other.
              await().atMost(TestServer.PATIENCE).until(() -> delivered().size() == 2);
              published.addAll(delivered());
              connection.close();
              killed.countDown();
              throw new SQLException("killed, on purpose", "08006");
            }
            real.commit(connection);
          }

          @Override
          public boolean mayComeToLight(SQLException failure) {
            return real.mayComeToLight(failure);
          }

          @Override
          public void close() {}
        });
    try (Connection application = application()) {
      execute(application, PUBLISH.formatted("once"));
      execute(application, "SELECT tertulia.notify('bea', 'also once')");
      application.commit();
    }
    assertThat(killed.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(published).containsExactly("once", "also once");
    start();
    awaitEmpty();
    assertThat(delivered()).containsExactly("once", "also once");
    assertThat(log.entries()).hasSize(1);
  }

  @Test
  void whatCanNotBePublishedIsKeptWithTheReasonAndHoldsUpNothing() throws SQLException {
    start();
    String deep = "[".repeat(70) + "]".repeat(70);
    try (Connection application = application()) {
      execute(application, "SELECT tertulia.publish('lobby', 'ana', 'one', id => 'a')");
      execute(application, "SELECT tertulia.publish('lobby', 'ana', 'another', id => 'a')");
      execute(
          application,
          "SELECT tertulia.publish('lobby', 'ana', 'deep', data => '%s')".formatted(deep));
      execute(
          application,
          "INSERT INTO tertulia.outbox (request, kind, target, client, message)"
              + " VALUES ('r', 1, 'a b', 'ana', 'no such room'), ('s', 7, 'lobby', 'ana', 'what')");
      execute(application, PUBLISH.formatted("last"));
      application.commit();
    }
    awaitEmpty();
    assertThat(delivered()).containsExactly("one", "last");
    assertThat(
            Postgres.ask(
                url,
                "SELECT string_agg(message || ' ' || refused, ', ' ORDER BY id) FROM"
                    + " tertulia.outbox WHERE refused_at IS NOT NULL"))
        .isEqualTo("another conflict, deep invalid, no such room invalid, what invalid");
    // It is tried again once its cause is corrected.
    Postgres.ask(
        url,
        "UPDATE tertulia.outbox SET target = 'lobby', refused = NULL, refused_at = NULL"
            + " WHERE target = 'a b'");
    log.until(() -> delivered().contains("no such room"));
    try (Connection application = application()) {
      execute(application, "SELECT count(*) FROM tertulia.outbox");
    }
  }

  @Test
  void whatCanNotBeStoredNowIsPublishedLater() throws SQLException {
    start();
    log.failCommits(true);
    try (Connection application = application()) {
      execute(application, PUBLISH.formatted("later"));
      application.commit();
    }
    log.until(() -> !log.journal.health().ok());
    assertThat(waiting()).isEqualTo(1);
    log.failCommits(false);
    awaitEmpty();
    assertThat(delivered()).containsExactly("later");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "tertulia.publish('a b', 'ana', 'm')|room must have 1 to 128",
        "tertulia.publish('..', 'ana', 'm')|room must have 1 to 128",
        "tertulia.publish(repeat('a', 129), 'ana', 'm')|room must have 1 to 128",
        "tertulia.publish(NULL, 'ana', 'm')|room must have 1 to 128",
        "tertulia.publish(concat('lobby', chr(10)), 'ana', 'm')|room must have 1 to 128",
        "tertulia.publish('lobby', repeat('a', 129), 'm')|client must have 1 to 128",
        "tertulia.publish('lobby', 'ana', concat('a', chr(0)))|null character not permitted",
        "tertulia.publish('lobby', 'á', 'm')|client must have 1 to 128",
        "tertulia.publish('lobby', '~erased', 'm')|client must not begin with ~",
        "tertulia.publish('lobby', 'ana', NULL)|message and data must not both be NULL",
        "tertulia.publish('lobby', 'ana', repeat('á', 32769))|more than 65536 bytes",
        "tertulia.publish('lobby', 'ana', 'm', id => '')|id must have 1 to 128 characters",
        "tertulia.publish('lobby', 'ana', 'm', sender => repeat('á', 257))|sender must have 0 to",
        "tertulia.publish('lobby', 'ana', 'm', reply_to => 0)|reply_to must be the offset",
        "tertulia.publish('lobby', 'ana', 'm', data => '\"\\u0000\"')|\\u0000 cannot be converted",
        "tertulia.notify('~api', 'm')|client must not begin",
        "tertulia.notify('bea', 'm', from_client => '~api')|from_client must not begin",
        "tertulia.notify('bea', 'm', from_client => '')|from_client must have 1 to 128",
        "tertulia.notify('bea', 'm', from_client => repeat('a', 129))|from_client must have 1 to",
        "tertulia.notify(repeat('a', 129), 'm')|client must have 1 to 128",
        "tertulia.notify('bea', 'm', title => chr(0))|null character not permitted",
        "tertulia.notify('.', 'm')|client must have 1 to 128",
        "tertulia.notify('bea', NULL)|message and data must not both be NULL",
        "tertulia.notify('bea', 'm', id => '')|id must have 1 to 128",
        "tertulia.notify('bea', 'm', urgency => 'soon')|urgency must be low, normal or high",
        "tertulia.notify('bea', 'm', category => '')|category must have 1 to 128",
        "tertulia.notify('bea', 'm', title => repeat('t', 257))|title must have 0 to 256",
      })
  void whatIsNotValidIsRefusedAtOnce(String call, String why) throws SQLException {
    try (Connection application = application()) {
      assertThatThrownBy(() -> execute(application, "SELECT " + call))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining(why);
    }
  }

  @Test
  void everyTextThatIsValidOverHttpIsValidHere() throws SQLException {
    start();
    try (Connection application = application()) {
      execute(
          application,
          "SELECT tertulia.publish(repeat('~', 128), 'Az09_-.:@=+|~', repeat('á', 32768),"
              + " id => repeat('😀', 128), sender => repeat('😀', 256))");
      execute(application, "SELECT tertulia.publish('lobby', 'ana', NULL, data => '[1]')");
      execute(application, "SELECT tertulia.publish('lobby', 'ana', '', data => 'null')");
      application.commit();
    }
    awaitEmpty();
    assertThat(delivered()).containsExactly("á".repeat(32_768), "", "");
  }

  @Test
  void onlyThoseWhoAreGrantedItPublishAndTheirTablesShadowNothing() throws SQLException {
    start();
    String role = "shop_" + url.substring(url.lastIndexOf('/') + 1);
    try (Connection application = application()) {
      execute(application, "CREATE ROLE " + role);
      application.commit();
      execute(application, "GRANT USAGE ON SCHEMA tertulia TO " + role);
      execute(application, "SET ROLE " + role);
      assertThatThrownBy(() -> execute(application, PUBLISH.formatted("no")))
          .hasMessageContaining("permission denied for function publish");
      application.rollback();
      execute(application, "GRANT USAGE ON SCHEMA tertulia TO " + role);
      execute(
          application, "GRANT EXECUTE ON FUNCTION tertulia.publish, tertulia.notify TO " + role);
      application.commit();
      execute(application, "SET ROLE " + role);
      assertThatThrownBy(() -> execute(application, "SELECT * FROM tertulia.outbox"))
          .hasMessageContaining("permission denied for table outbox");
      application.rollback();
      execute(application, "SET ROLE " + role);
      execute(application, "CREATE TEMP TABLE outbox (LIKE pg_class)");
      execute(
          application,
          "CREATE FUNCTION pg_temp.coalesce(text, text) RETURNS text LANGUAGE sql AS"
              + " $$ SELECT 'shadowed' $$");
      execute(
          application,
          "CREATE FUNCTION pg_temp.gen_random_uuid() RETURNS text LANGUAGE sql AS"
              + " $$ SELECT 'shadowed' $$");
      execute(application, "SET search_path = pg_temp, pg_catalog");
      execute(application, PUBLISH.formatted("yes"));
      try (Statement statement = application.createStatement();
          ResultSet rows = statement.executeQuery("SELECT count(*) FROM outbox")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getLong(1)).isZero();
      }
      application.commit();
    }
    awaitEmpty();
    assertThat(delivered()).containsExactly("yes");
    assertThat(log.publications.getFirst().id()).isNotEqualTo("shadowed");
  }
}
