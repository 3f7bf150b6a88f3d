package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Data that no entry point accepts because it would do harm later: U+0000, JSON beyond the limits,
/// and numbers that overflow.
@Tag(ServerStore.PROTOCOL)
final class HarmfulDataTest {
  private static final String NUL = "\\u0000";

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private static TestServer server;

  @SuppressWarnings("NullAway.Init") // The same.
  private static Api api;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    api = new Api(server);
  }

  @AfterAll
  static void stop() {
    api.close();
    server.close();
  }

  private static void assertInvalid(Json reply, String field) {
    assertThat(reply.type()).as(reply.text()).isEqualTo("error");
    assertThat(reply.text("code")).isEqualTo("invalid");
    assertThat(reply.text("message")).contains("'" + field + "'");
  }

  @Test
  void aNulIsInvalidInEveryTextOverWebSocket() {
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      String chat = "'type':'chat','room':'r','message':'m'";
      assertInvalid(ana.ask("'type':'chat','room':'r','message':'a%s'".formatted(NUL)), "message");
      for (String field : List.of("sender", "id")) {
        assertInvalid(ana.ask(chat + ",'%s':'a%s'".formatted(field, NUL)), field);
      }
      long offset = ana.ask(chat).number("offset");
      String target = "'room':'r','target':%s".formatted(offset);
      assertInvalid(ana.ask("'type':'edit','message':'%s',".formatted(NUL) + target), "message");
      assertInvalid(ana.ask("'type':'react','emoji':'%s',".formatted(NUL) + target), "emoji");
      assertInvalid(ana.ask("'type':'typing','room':'r','sender':'%s'".formatted(NUL)), "sender");
      assertInvalid(ana.ask("'type':'hello','device':'%s'".formatted(NUL)), "device");
      String note = "'type':'notification','message':'m'";
      for (String field : List.of("title", "category", "id", "to")) {
        assertInvalid(ana.ask(note + ",'%s':'%s'".formatted(field, NUL)), field);
      }
      assertThat(ana.ask(chat + ",'data':{'%s':'%s'}".formatted(NUL, NUL)).type()).isEqualTo("ok");
      assertThat(ana.ask("'type':'history','room':'r','limit':1").text())
          .contains("\"data\":{\"%s\":\"%s\"}".formatted(NUL, NUL));
    }
  }

  @Test
  void aNulIsInvalidToTheBaseProtocol() {
    try (TestClient bea = TestClient.connect(server, "bea")) {
      for (String field : List.of("sender", "message")) {
        bea.send("{\"type\":\"chat\",\"%s\":\"a%s\"}".formatted(field, NUL));
        assertThat(bea.next()).contains("\"code\":\"invalid\"", "'" + field + "'");
      }
    }
  }

  @Test
  void aNulIsInvalidOverHttp() {
    String path = "/api/v1/rooms/r/messages";
    assertThat(
            api.post(path, "{\"client\":\"c\",\"message\":\"%s\"}".formatted(NUL))
                .problem(400, "invalid")
                .text("detail"))
        .contains("'message'");
    api.post(path + "?client=c&sender=%00", "{\"message\":\"m\"}").problem(400, "invalid");
    api.postText(path + "?client=c", "a\0b").problem(400, "invalid");
    api.post("/api/v1/broadcasts?title=a%00", "{\"message\":\"m\"}").problem(400, "invalid");
  }

  @Test
  void jsonBeyondTheLimitsIsInvalidAndTheErrorSaysWhere() {
    try (FullPeer eva = FullPeer.hello(server, "eva", "")) {
      String chat = "'type':'chat','room':'bounds','data':%s";
      String name = "{'%s':1}";
      assertThat(eva.ask(chat.formatted("9".repeat(1_000))).type()).isEqualTo("ok");
      assertThat(eva.ask(chat.formatted(name.formatted("n".repeat(50_000)))).type())
          .isEqualTo("ok");
      assertInvalid(eva.ask(chat.formatted("9".repeat(1_001))), "data");
      assertInvalid(eva.ask(chat.formatted("[1." + "9".repeat(1_001) + "]")), "data");
      assertInvalid(eva.ask(chat.formatted(name.formatted("n".repeat(50_001)))), "data");
      assertThat(eva.ask("'type':'history','room':'bounds'").objects("messages")).hasSize(2);
    }
    api.post(
            "/api/v1/rooms/bounds/messages",
            "{\"client\":\"c\",\"data\":%s}".formatted("9".repeat(1_001)))
        .problem(400, "invalid");
  }

  @Test
  void theHighestNumbersDoNotOverflow() {
    Logger log = (Logger) LoggerFactory.getLogger("dev.tertulia.server");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    try (FullPeer luis = FullPeer.hello(server, "luis", "'device':'d'")) {
      luis.ask("'type':'chat','room':'numbers','message':'m'");
      luis.ask("'type':'notification','message':'m'");
      luis.ask("'type':'broadcast_notification','message':'m'");
      String max = "9223372036854775807";
      for (String one : List.of(max, "9223372036854775806", "4611686018427387904", "2")) {
        Api.Answer after = api.get("/api/v1/rooms/numbers/messages?after=" + one);
        assertThat(after.ok(200).objects("messages")).isEmpty();
        assertThat(after.json().truth("more")).isFalse();
        assertThat(
                api.get("/api/v1/rooms/numbers/messages?before=" + one).ok(200).objects("messages"))
            .hasSize(1);
        String history = "'type':'history','room':'numbers','after':" + one;
        assertThat(luis.ask(history).objects("messages")).isEmpty();
        assertThat(luis.ask("'type':'read','room':'numbers','offset':" + one).number("offset"))
            .isEqualTo(1);
        String target = "'room':'numbers','target':" + one;
        for (String type : List.of("'edit','message':'x'", "'delete'", "'react','emoji':'x'")) {
          assertThat(luis.ask("'type':%s,".formatted(type) + target).text("code"))
              .isEqualTo("not_found");
        }
        assertThat(
                luis.ask("'type':'chat','room':'numbers','message':'m','reply_to':" + one)
                    .text("code"))
            .isEqualTo("not_found");
        String pos = "zz:" + one;
        assertThat(
                luis.ask("'type':'join','room':'numbers','after':'%s'".formatted(pos))
                    .truth("recovered"))
            .isFalse();
        luis.ask("'type':'leave','room':'numbers'");
        for (String inbox : List.of(pos + "+", "+" + pos, pos + "+" + pos)) {
          assertThat(luis.ask("'type':'ack','pos':'%s'".formatted(inbox)).text("code"))
              .isEqualTo("not_found");
          luis.ask("'type':'hello','device':'d','inbox':'%s'".formatted(inbox));
          assertThat(luis.next("inbox").truth("recovered")).isFalse();
        }
        for (String id : List.of(pos, pos + "@luis")) {
          for (String ask :
              List.of(
                  "'inbox','before'",
                  "'inbox','after'",
                  "'shown','id'",
                  "'inbox_read','up_to'",
                  "'revoke','id'")) {
            assertThat(luis.ask("'type':%s:'%s'".formatted(ask, id)).text("code"))
                .as(ask)
                .isEqualTo("not_found");
          }
          api.get("/api/v1/notifications/" + id).problem(404, "not_found");
          api.get("/api/v1/clients/luis/notifications?before=" + id).problem(404, "not_found");
        }
      }
      for (String bad : List.of("9223372036854775808", "-1", "99999999999999999999", "1e3", "١")) {
        api.get(
                "/api/v1/rooms/numbers/messages?after="
                    + java.net.URLEncoder.encode(bad, java.nio.charset.StandardCharsets.UTF_8))
            .problem(400, "invalid");
      }
    } finally {
      log.detachAppender(lines);
    }
    assertThat(lines.list)
        .filteredOn(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
        .isEmpty();
  }
}
