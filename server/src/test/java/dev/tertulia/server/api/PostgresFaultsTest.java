package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What clients and operators see of a server whose PostgreSQL is not there for a while.
final class PostgresFaultsTest {
  private static final String ROOM = "/api/v1/rooms/plaza/messages";

  private static final Executor THREADS = Thread::startVirtualThread;

  private final Postgres postgres = Postgres.start();
  private final TestServer server =
      TestServer.start(Map.of(Setting.DATABASE, postgres.newDatabase()));
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

  /// It has something to store, and somebody reads.
  @Test
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
      assertThat(ana.ask("'type':'chat','room':'plaza','message':'before','id':'1'").type())
          .isEqualTo("ok");
      begin.run();
      try {
        ana.say("'type':'chat','ref':'lost','room':'plaza','message':'during','id':'2'");
        await()
            .atMost(TestServer.PATIENCE)
            .until(() -> api.get("/health/ready").body().contains(cause));
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
      await().atMost(TestServer.PATIENCE).until(() -> api.get("/health/ready").status() == 200);
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

  private static List<String> messages(FullPeer peer) {
    return peer.ask("'type':'history','room':'plaza'").objects("messages").stream()
        .map(message -> message.text("message"))
        .toList();
  }
}
