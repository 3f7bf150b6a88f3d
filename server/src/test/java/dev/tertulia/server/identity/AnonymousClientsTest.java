package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients without a token, where the configuration lets them in: as whom, and to do what.
final class AnonymousClientsTest {
  private static final String FULL = "Sec-WebSocket-Protocol: tertulia.1\r\n";
  private static final String ID = "anon:[A-Za-z0-9_-]{22}";

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            TestTokens.settings(
                Map.of(
                    Setting.AUTH_ANONYMOUS,
                    "room:lobby:join,room:guests:join,room:guests:send,room:guests.*:join",
                    Setting.LANGUAGE,
                    "en",
                    Setting.ROOMS,
                    "[{name: guests.*, access: members}]")));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Door hello() {
    Door door = Door.full(server, "/ws");
    door.say("{'type':'hello','ref':1}");
    return door;
  }

  private static Json ask(Door door, String request) {
    door.say("{" + request + ",'ref':'q'}");
    Json next = door.next();
    while (!(next.has("ref") && next.text("ref").equals("q"))) {
      next = door.next();
    }
    return next;
  }

  @Test
  void eachIsAClientOfItsOwn() {
    try (Door one = hello();
        Door two = hello()) {
      String first = one.next("welcome").text("client");
      String second = two.next("welcome").text("client");

      assertThat(first).matches(ID).isNotEqualTo(second);
      assertThat(second).matches(ID);
    }
  }

  @Test
  void itMayDoWhatIsConfiguredAndNothingElse() {
    try (Door door = hello()) {
      String self = door.next("welcome").text("client");

      assertThat(ask(door, "'type':'join','room':'lobby'").type()).isEqualTo("joined");
      for (String refused :
          new String[] {
            "'type':'join','room':'team'",
            "'type':'join','room':'guests.one'",
            "'type':'chat','room':'lobby','message':'m'",
            "'type':'history','room':'team'",
            "'type':'notification','to':'ana','message':'m'",
            "'type':'broadcast_notification','message':'m'"
          }) {
        assertThat(ask(door, refused).text("code")).as(refused).isEqualTo("forbidden");
      }
      String toItself = "'type':'notification','to':'" + self + "','message':'m'";
      assertThat(ask(door, toItself).type()).isEqualTo("ok");
      assertThat(ask(door, "'type':'inbox'").type()).isEqualTo("inbox");
    }
  }

  /// So that it does not look like somebody else.
  @Test
  void itsIdIsTheNameThatOthersSee() {
    try (Door door = hello()) {
      String self = door.next("welcome").text("client");
      ask(door, "'type':'join','room':'guests'");
      ask(door, "'type':'chat','room':'guests','message':'m','sender':'Ana'");

      Json page = ask(door, "'type':'history','room':'guests'");
      assertThat(page.objects("messages").getLast().text("sender")).isEqualTo(self);
    }
  }

  @Test
  void theBaseProtocolLetsThemInToo() {
    try (Door door = Door.knock(server, "/ws", "")) {
      assertThat(door.isOpen()).as(door.head()).isTrue();
      door.say("{'type':'chat','sender':'Ana','message':'m'}");

      assertThat(door.next("error").text("code")).isEqualTo("forbidden");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ws/ana", "/ws/anon:AAAAAAAAAAAAAAAAAAAAAA"})
  void nobodyChoosesTheId(String path) {
    try (Door door = Door.knock(server, path, "")) {
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
    try (Door door = Door.full(server, path)) {
      door.say("{'type':'hello','ref':1}");
      assertThat(door.next("error").text("code")).isEqualTo("unauthorized");
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
  }

  @Test
  void theFirstMessageMustBeHello() {
    try (Door door = Door.full(server, "/ws")) {
      door.say("{'type':'join','room':'lobby','ref':1}");

      assertThat(door.next("error").text("code")).isEqualTo("unauthorized");
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
  }

  @Test
  void aBadTokenIsNotNoToken() {
    try (Door door = Door.full(server, "/ws?token=x.y.z")) {
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
    try (Door door = Door.full(server, "/ws")) {
      door.say("{'type':'hello','ref':1,'token':'x.y.z'}");
      assertThat(door.next("error").text("code")).isEqualTo("unauthorized");
    }
  }

  @Test
  void itDoesNotBecomeSomebodyElseLater() {
    try (Door door = hello()) {
      door.next("welcome");
      Json reply = ask(door, "'type':'hello','token':'" + TestTokens.of("ana") + "'");

      assertThat(reply.text("code")).isEqualTo("unauthorized");
    }
  }

  @Test
  void noTokenClaimsSuchAnId() {
    String token = TestTokens.of("anon:ana");
    try (Door door = Door.full(server, "/ws")) {
      door.say("{'type':'hello','ref':1,'token':'" + token + "'}");
      Json error = door.next("error");
      assertThat(error.text("message")).contains("begins with 'anon:'", "auth.anonymous");
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
    try (TestServer other = TestServer.start(TestTokens.settings());
        Door door = Door.full(other, "/ws?token=" + token)) {
      door.say("{'type':'hello','ref':1}");
      assertThat(door.next("welcome").text("client")).isEqualTo("anon:ana");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/rooms/lobby/messages",
        "/api/v1/stream?room=lobby",
        "/api/v1/stream?room=lobby&client=ana"
      })
  void overHttpATokenIsNeeded(String path) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.http(path)).header("Accept", "text/event-stream").build();

      assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void withATokenNothingChanges() {
    try (Door door = Door.full(server, "/ws?token=" + TestTokens.of("ana", later(), ""))) {
      door.say("{'type':'hello','ref':1}");
      assertThat(door.next("welcome").text("client")).isEqualTo("ana");
      assertThat(ask(door, "'type':'join','room':'team'").type()).isEqualTo("joined");
    }
  }

  private static Instant later() {
    return Instant.now().plusSeconds(3_600);
  }

  /// The bound on what an address can have made of them.
  @Test
  void connectionsOfAnAddressAreLimited() {
    try (TestServer bounded =
        TestServer.start(
            TestTokens.settings(
                Map.of(
                    Setting.AUTH_ANONYMOUS,
                    "room:lobby:join",
                    Setting.LIMITS_CONNECTIONS_PER_ADDRESS,
                    "2")))) {
      try (Door one = Door.knock(bounded, "/ws", FULL);
          Door two = Door.knock(bounded, "/ws", "");
          Door three = Door.knock(bounded, "/ws", "")) {
        assertThat(one.isOpen() && two.isOpen()).isTrue();
        assertThat(three.head()).startsWith("HTTP/1.1 503 ");
      }
    }
  }
}
