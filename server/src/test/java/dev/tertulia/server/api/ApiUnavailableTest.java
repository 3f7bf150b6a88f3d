package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clients and programs are told when the server can't serve them: nothing can be stored,
/// nothing can be read, too many requests, or it is stopping.
final class ApiUnavailableTest {
  /// Whatever stores something, and a body for it; empty for none.
  private static final Map<String, String> WRITES =
      Map.of(
          "POST /api/v1/rooms/r/messages", "{\"client\":\"c\",\"message\":\"x\"}",
          "POST /api/v1/clients/c/notifications", "{\"message\":\"x\"}",
          "POST /api/v1/notifications", "{\"to\":[\"c\",\"d\"],\"message\":\"x\"}",
          "POST /api/v1/broadcasts", "{\"message\":\"x\"}",
          "PUT /api/v1/rooms/r/members/c", "",
          "DELETE /api/v1/rooms/r/members/c", "",
          "DELETE /api/v1/notifications/k3f9:1@c", "");

  /// Whatever looks something up in the database.
  private static final List<String> READS =
      List.of(
          "/api/v1/rooms",
          "/api/v1/rooms/r/messages",
          "/api/v1/rooms/r/members",
          "/api/v1/clients/c",
          "/api/v1/clients/c/notifications",
          "/api/v1/notifications/k3f9:1@c",
          "/api/v1/notifications/k3f9:1");

  private static final List<String> OTHERS =
      List.of("/api/v1/rooms/r/presence", "/api/v1/connections", "/api/v1/stats");

  @TempDir private Path folder;
  private TestServer server;
  private Api api;

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            Map.of(Setting.LIMITS_API_REQUESTS, "1", Setting.DATA, folder.resolve("d").toString()));
    api = new Api(server);
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  private Connection database() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("d/tertulia.sqlite"));
  }

  private Api.Answer write(String request, String body) {
    String[] parts = request.split(" ", 2);
    return body.isEmpty() ? api.send(parts[0], parts[1], null) : api.post(parts[1], body);
  }

  private static void isUnavailable(Api.Answer answer) {
    answer.problem(503, "unavailable");
    assertThat(answer.header("Retry-After")).isEqualTo("1");
  }

  @Test
  void whileStorageCanNotWriteWritesAreRefusedAndReadsAreNot() throws Exception {
    try (Talker ana = Talker.connect(server, "ana")) {
      String id = ana.ask("{\"type\":\"notification\",\"message\":\"m\"}").text("id");
      String pos = ana.next(frame -> frame.type().equals("notification")).text("pos");
      try (Connection connection = database();
          Statement statement = connection.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        WRITES.forEach((request, body) -> isUnavailable(write(request, body)));
        for (String request :
            List.of(
                "{\"type\":\"notification\",\"message\":\"n\",\"id\":\"k\"}",
                "{\"type\":\"broadcast_notification\",\"message\":\"n\"}",
                "{\"type\":\"ack\",\"pos\":\"%s\"}".formatted(pos),
                "{\"type\":\"shown\",\"id\":\"%s\"}".formatted(id),
                "{\"type\":\"inbox_read\",\"ids\":[\"%s\"]}".formatted(id),
                "{\"type\":\"revoke\",\"id\":\"%s\"}".formatted(id))) {
          Json refused = ana.ask(request);
          assertThat(refused.text("code")).as(request).isEqualTo("unavailable");
          assertThat(refused.truth("retry")).isTrue();
        }
        assertThat(ana.ask("{\"type\":\"inbox\"}").number("unread")).isEqualTo(1);
        READS.subList(0, 5).forEach(path -> assertThat(api.get(path).status()).isEqualTo(200));
        statement.execute("ROLLBACK");
      }
      // What was refused had no effect.
      await()
          .atMost(TestServer.PATIENCE)
          .until(() ->
              ana.ask("{\"type\":\"notification\",\"message\":\"n\",\"id\":\"k\"}")
                  .type()
                  .equals("ok"));
      assertThat(ana.ask("{\"type\":\"inbox\"}").objects("notifications"))
          .extracting(one -> one.text("message"))
          .containsExactly("m", "n");
    }
  }

  @Test
  void whileStorageCanNotReadReadsAreRefused() throws Exception {
    try (Talker ana = Talker.connect(server, "ana");
        Connection connection = database();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER TABLE topic RENAME TO elsewhere");
      READS.forEach(path -> isUnavailable(api.get(path)));
      Json refused = ana.ask("{\"type\":\"inbox\"}");
      assertThat(refused.text("code")).isEqualTo("unavailable");
      assertThat(refused.truth("retry")).isTrue();
      ana.say("{\"type\":\"hello\",\"inbox\":null}");
      Json notOpened = ana.next(frame -> frame.type().equals("error"));
      assertThat(notOpened.text("code")).isEqualTo("unavailable");
      assertThat(notOpened.fields()).doesNotContainKeys("ref", "room");
      statement.execute("ALTER TABLE elsewhere RENAME TO topic");
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> api.get("/api/v1/clients/c/notifications").status() == 200);
      // What comes is delivered all the same, once the writer has recovered as well.
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> api.postText("/api/v1/clients/ana/notifications", "comes").status() == 201);
      assertThat(ana.next(frame -> frame.type().equals("notification")).text("message"))
          .isEqualTo("comes");
    }
  }

  /// One request waits for the database, and is all that may be at work.
  private CompletableFuture<Api.Answer> holdUp() {
    CompletableFuture<Api.Answer> waits =
        CompletableFuture.supplyAsync(
            () -> api.postText("/api/v1/rooms/r/messages?client=c", "waits"));
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> api.get("/api/v1/stats").status() == 429 || waits.isDone());
    return waits;
  }

  @Test
  void everyKindOfRequestIsRefusedAboveItsLimit() {
    // A busy machine may not get through within the second for which the database is waited for.
    await().atMost(TestServer.PATIENCE).untilAsserted(this::everythingIsTooMuch);
  }

  private void everythingIsTooMuch() throws SQLException {
    try (Connection connection = database();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      CompletableFuture<Api.Answer> waits = holdUp();
      try {
        READS.forEach(path -> isTooMuch(api.get(path)));
        OTHERS.forEach(path -> isTooMuch(api.get(path)));
        WRITES.forEach((request, body) -> isTooMuch(write(request, body)));
        isTooMuch(api.send("DELETE", "/api/v1/clients/c/connections", null));
        assertThat(api.get("/health/live").status()).isEqualTo(200);
        assertThat(api.get("/openapi.yaml").status()).isEqualTo(200);
        // Opening a stream does no work that could be too much.
        try (Events events = Events.open(server, "client=c", "")) {
          assertThat(events.head()).startsWith("HTTP/1.1 200 ");
        }
      } finally {
        waits.join();
        statement.execute("ROLLBACK");
        await().atMost(TestServer.PATIENCE).until(() -> api.get("/health/ready").status() == 200);
      }
    }
  }

  private static void isTooMuch(Api.Answer answer) {
    answer.problem(429, "rate_limited");
    assertThat(answer.header("Retry-After")).isEqualTo("1");
  }

  @Test
  void aRequestWhileTheServerStopsIsRefusedWithTheReason() throws Exception {
    try (RawSocket open = RawSocket.open(server);
        Connection connection = database();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      CompletableFuture<Api.Answer> waits = holdUp();
      Thread closing = Thread.startVirtualThread(server.server()::close);
      String head = "";
      while (!head.startsWith("HTTP/1.1 503 ")) {
        open.send(
            "HEAD /api/v1/stats HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n".formatted(server.port()));
        head = open.head();
        assertThat(head).startsWith("HTTP/1.1 ");
      }
      assertThat(head).containsIgnoringCase("retry-after: 1\r\n");
      waits.join();
      statement.execute("ROLLBACK");
      closing.join();
    }
  }
}
