package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.JoinServer;
import dev.tertulia.server.auth.JoinServer.Response;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the operator's backend says is in force on real connections.
final class JoinBackendConnectionsTest {
  private JoinServer backend;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    backend = new JoinServer();
    server =
        TestServer.start(
            TestTokens.settings(
                Map.of(
                    Setting.AUTH_JOIN_URL,
                    backend.url().toString(),
                    Setting.AUTH_JOIN_SECRET,
                    "the common secret of both, which has 32 bytes")));
  }

  @AfterEach
  void stop() {
    server.close();
    backend.close();
  }

  /// The token permits everything, and nobody asks it.
  private Door enter(String client) {
    String can = ",'can':['room:*:join','room:*:send']";
    String token = TestTokens.of(client, Instant.now().plusSeconds(3_600), can);
    Door door = Door.knock(server, "/ws?v=1&token=" + token, "");
    door.say("{'type':'hello','ref':1}");
    door.next("welcome");
    return door;
  }

  private static Json ask(Door door, String request) {
    door.say("{'ref':9," + request + "}");
    Json reply = door.next();
    while (!reply.has("ref")) {
      reply = door.next();
    }
    return reply;
  }

  @Test
  void theBackendDecidesInPlaceOfTheToken() {
    backend.answer(asked ->
        new Response(
            200, "{\"allow\":%s,\"for\":60}".formatted(asked.body().contains("\"join\""))));
    try (Door ana = enter("ana")) {
      assertThat(ask(ana, "'type':'join','room':'general'").type()).isEqualTo("joined");
      assertThat(ask(ana, "'type':'chat','room':'general','message':'x'").text("code"))
          .isEqualTo("forbidden");
    }
  }

  @Test
  void withoutAnAnswerNobodyGetsIn() {
    backend.answer(asked -> new Response(500, ""));
    try (Door ana = enter("ana")) {
      assertThat(ask(ana, "'type':'join','room':'general'").text("code")).isEqualTo("unavailable");
    }
  }

  @Test
  void aNoMakesTheClientLeaveWithoutARequestOfIt() {
    backend.say("{\"allow\":true,\"for\":1}");
    try (Door ana = enter("ana");
        Door bea = enter("bea")) {
      assertThat(ask(ana, "'type':'join','room':'general'").type()).isEqualTo("joined");
      backend.answer(asked ->
          new Response(
              200, "{\"allow\":%s,\"for\":1}".formatted(!asked.body().contains("\"ana\""))));

      // The notice of an expulsion.
      Json notice = ana.next("error");
      assertThat(notice.text("code")).isEqualTo("forbidden");
      assertThat(notice.text("room")).isEqualTo("general");
      assertThat(ask(bea, "'type':'chat','room':'general','message':'secret'").type())
          .isEqualTo("ok");
      assertThat(ask(ana, "'type':'ping'").type()).isEqualTo("ok");
    }
  }
}
