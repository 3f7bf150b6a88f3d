package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What clients and operators see of a server whose PostgreSQL is not there for a while.
@Tag(Postgres.TAG)
final class PostgresFaultsTest {
  private static final String ROOM = "/api/v1/rooms/plaza/messages";

  private static final String END_SESSIONS =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tertulia'";

  private static final Executor THREADS = Thread::startVirtualThread;

  private final Postgres postgres = Postgres.start("max_connections=20");
  private final String database = postgres.newDatabase();
  private final TestServer server = TestServer.start(Map.of(Setting.DATABASE, database));
  private final Api api = new Api(server);

  @AfterEach
  void stop() {
    api.close();
    server.close();
    postgres.close();
  }

  @Test
  void aKilledOneIsReportedAndReturnsWithAllThatWasConfirmed() {
    sufferAndHeal(postgres::kill, postgres::restart, "its server can't be reached");
  }

  @Test
  void aFrozenOneIsReportedAndReturns() {
    sufferAndHeal(postgres::pause, postgres::resume, "its server does not answer");
  }

  /// As when it has become a standby. Reading goes on.
  @Test
  void aReadOnlyOneIsReportedAndReturns() {
    try (FullPeer ana = FullPeer.hello(server, "ana", "'rooms':{'plaza':null}")) {
      publish(ana, "before");
      setReadOnly("on");
      await().atMost(TestServer.PATIENCE).until(() -> !isStored(ana, "during"));
      awaitCause("it is read-only");
      assertThat(messages(ana)).startsWith("before");
      setReadOnly("off");
      awaitHealth();
      publish(ana, "after");
      await().atMost(TestServer.PATIENCE).until(() -> api.get(ROOM).status() == 200);
      assertThat(messages(ana)).startsWith("before").endsWith("after");
    }
  }

  private void setReadOnly(String value) {
    Postgres.ask(database, "ALTER SYSTEM SET default_transaction_read_only = " + value);
    Postgres.ask(database, "SELECT pg_reload_conf()");
  }

  @Test
  void sessionsThatItEndsAreReplaced() {
    try (FullPeer ana = FullPeer.hello(server, "ana", "'rooms':{'plaza':null}")) {
      for (int i = 0; i < 3; i++) {
        publish(ana, "m" + i);
        assertThat(api.get(ROOM).status()).isEqualTo(200);
        Postgres.ask(database, END_SESSIONS);
        String id = "after-" + i;
        await().atMost(TestServer.PATIENCE).until(() -> isStored(ana, id));
        await().atMost(TestServer.PATIENCE).until(() -> api.get(ROOM).status() == 200);
      }
      assertThat(messages(ana)).containsExactly("m0", "after-0", "m1", "after-1", "m2", "after-2");
    }
  }

  @Test
  void oneThatAcceptsNoMoreConnectionsIsReportedAndReturns() throws SQLException {
    try (FullPeer ana = FullPeer.hello(server, "ana", "'rooms':{'plaza':null}")) {
      publish(ana, "before");
      List<Connection> others = new ArrayList<>();
      try {
        // Whoever is faster gets the place of the server's session, also one that becomes free
        // late.
        await()
            .atMost(TestServer.PATIENCE)
            .until(() -> {
              takeAll(others);
              try (Statement statement = others.getFirst().createStatement()) {
                statement.execute(END_SESSIONS);
              }
              takeAll(others);
              while (!isStored(ana, "during")) {
                if (shows("its server accepts no more connections")) {
                  return true;
                }
                takeAll(others);
              }
              return false;
            });
        assertThat(api.get("/health/ready").status()).isEqualTo(503);
        api.get(ROOM).problem(503, "unavailable");
      } finally {
        for (Connection other : others) {
          other.close();
        }
      }
      awaitHealth();
      publish(ana, "after");
      assertThat(messages(ana)).startsWith("before").endsWith("after");
    }
  }

  private void takeAll(List<Connection> taken) {
    while (true) {
      try {
        taken.add(Postgres.connectTo(database));
      } catch (SQLException none) {
        return;
      }
    }
  }

  private static void publish(FullPeer peer, String message) {
    assertThat(isStored(peer, message)).as(message).isTrue();
  }

  /// Sends a message whose text is also its id, and says what became of it.
  private static boolean isStored(FullPeer peer, String message) {
    Json reply =
        peer.ask("'type':'chat','room':'plaza','message':'%s','id':'%<s'".formatted(message));
    if (reply.type().equals("ok")) {
      return true;
    }
    assertThat(reply.text("code")).as(reply.text()).isEqualTo("unavailable");
    return false;
  }

  private void awaitCause(String cause) {
    await().atMost(TestServer.PATIENCE).until(() -> shows(cause));
    assertThat(api.get("/health/ready").status()).isEqualTo(503);
  }

  private boolean shows(String cause) {
    return api.get("/health/ready").body().contains(cause);
  }

  private void awaitHealth() {
    await().atMost(TestServer.PATIENCE).until(() -> api.get("/health/ready").status() == 200);
  }

  /// It has something to store, and somebody reads.
  @Test
  @Tag("long")
  void theServerEndsWhileItIsFrozen() {
    FullPeer ana = FullPeer.hello(server, "ana", "");
    postgres.pause();
    try {
      ana.say("'type':'chat','room':'plaza','message':'m'");
      ana.say("'type':'history','room':'plaza'");
      assertThat(CompletableFuture.runAsync(server.server()::close, THREADS))
          .succeedsWithin(TestServer.PATIENCE);
    } finally {
      postgres.resume();
      ana.close();
    }
  }

  private void sufferAndHeal(Runnable begin, Runnable end, String cause) {
    try (FullPeer ana = FullPeer.hello(server, "ana", "'rooms':{'plaza':null}")) {
      // Nothing is read any more when it begins: what comes later would wait for that.
      ana.next("joined");
      assertThat(ana.ask("'type':'chat','room':'plaza','message':'before','id':'1'").type())
          .isEqualTo("ok");
      begin.run();
      try {
        ana.say("'type':'chat','ref':'lost','room':'plaza','message':'during','id':'2'");
        // Whoever looks up what a client may do can be refused before anything is to be stored.
        await()
            .atMost(TestServer.PATIENCE)
            .pollInterval(Duration.ofMillis(500))
            .until(() -> {
              ana.say("'type':'chat','room':'plaza','message':'during','id':'2'");
              return api.get("/health/ready").body().contains(cause);
            });
        assertThat(api.get("/health/ready").status()).isEqualTo(503);
        Json refused = ana.next(frame -> frame.has("ref"));
        assertThat(refused.text("code")).isEqualTo("unavailable");
        assertThat(refused.truth("retry")).isTrue();
        api.post(ROOM, "{\"client\":\"bea\",\"message\":\"during\"}").problem(503, "unavailable");
        // More at once than there are threads that read: none waits for all the others.
        List<CompletableFuture<Api.Answer>> reads =
            IntStream.range(0, 64)
                .mapToObj(_ -> CompletableFuture.supplyAsync(() -> api.get(ROOM), THREADS))
                .toList();
        for (CompletableFuture<Api.Answer> read : reads) {
          assertThat(read).succeedsWithin(TestServer.PATIENCE);
          read.join().problem(503, "unavailable");
        }
        assertThat(ana.ask("'type':'history','room':'plaza'").text("code"))
            .isEqualTo("unavailable");
        assertThat(ana.ask("'type':'ping'").type()).isEqualTo("ok");
      } finally {
        end.run();
      }
      awaitHealth();
      assertThat(ana.ask("'type':'chat','room':'plaza','message':'during','id':'2'").type())
          .isEqualTo("ok");
      await().atMost(TestServer.PATIENCE).until(() -> api.get(ROOM).status() == 200);
      assertThat(messages(ana)).containsExactly("before", "during");
      // What came before the refusal was dropped with it.
      assertThat(ana.rest())
          .filteredOn(frame -> frame.type().equals("chat"))
          .extracting(frame -> frame.text("message"))
          .containsExactly("during");
    }
  }

  /// What the log contains, once it can be read: connections from before a fault may be found
  /// broken one after the other.
  private static List<String> messages(FullPeer peer) {
    List<Json> pages = new ArrayList<>();
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> {
          Json reply = peer.ask("'type':'history','room':'plaza'");
          return reply.has("messages") && pages.add(reply);
        });
    return pages.getFirst().objects("messages").stream()
        .map(message -> message.text("message"))
        .toList();
  }
}
