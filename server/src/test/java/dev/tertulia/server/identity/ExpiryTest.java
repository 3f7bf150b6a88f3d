package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a token that ends does to a connection, and how the connection gets another one.
final class ExpiryTest {
  private static final String FULL = "Sec-WebSocket-Protocol: tertulia.1\r\n";

  private final TestServer server =
      TestServer.start(TestTokens.settings(Map.of(Setting.AUTH_CLOCK_SKEW, "0ms")));

  @AfterEach
  void stop() {
    server.close();
  }

  /// A token that is valid for long enough to connect.
  private static Instant soon() {
    return Instant.now().plusMillis(1_500);
  }

  private Door connect(Instant expiry) {
    Door door = Door.knock(server, "/ws?token=" + TestTokens.of("ana", expiry), FULL);
    door.say("{'type':'hello'}");
    door.next("welcome");
    return door;
  }

  private static String hello(String token) {
    return "{'type':'hello','ref':'h','token':'%s'}".formatted(token);
  }

  @Test
  void aConnectionEndsWithItsToken() {
    Instant expiry = soon();
    try (Door door = connect(expiry)) {
      assertThat(door.endInTheEnd()).isEqualTo("4003 token_expired");
      assertThat(Instant.now()).isAfterOrEqualTo(expiry);
      server.awaitConnections(0);
    }
  }

  @Test
  void aConnectionOfABaseClientEndsToo() {
    try (Door door = Door.knock(server, "/ws?token=" + TestTokens.of("ana", soon()), "")) {
      assertThat(door.endInTheEnd()).isEqualTo("4003 token_expired");
    }
  }

  @Test
  void aConnectionThatWasIdentifiedByHelloEndsToo() {
    try (Door door = Door.full(server, "/ws")) {
      door.say(hello(TestTokens.of("ana", soon())));
      assertThat(door.endInTheEnd()).isEqualTo("4003 token_expired");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"9999-12-31T23:59:59Z", "2286-11-20T17:46:39Z"})
  void aTokenMayLastForEver(String expiry) {
    try (Door door = connect(Instant.parse(expiry));
        Door other = connect(Instant.now().plus(Duration.ofDays(30)));
        Door first = connect(soon())) {
      assertThat(first.endInTheEnd()).isEqualTo("4003 token_expired");
      for (Door each : new Door[] {door, other}) {
        each.say("{'type':'ping','ref':1}");
        assertThat(each.next().type()).isEqualTo("ok");
      }
    }
  }

  @Test
  void helloWithANewTokenExtendsTheConnection() {
    try (Door door = connect(soon());
        Door witness = connect(soon())) {
      door.say(hello(TestTokens.of("ana")));
      Json welcome = door.next("welcome");
      assertThat(welcome.text("ref")).isEqualTo("h");

      // It was to end before this one.
      assertThat(witness.endInTheEnd()).isEqualTo("4003 token_expired");
      door.say("{'type':'ping','ref':1}");
      assertThat(door.next().type()).isEqualTo("ok");
    }
  }

  /// It may also shorten it.
  @Test
  void helloWithATokenThatEndsEarlierCounts() {
    try (Door door = connect(Instant.now().plusSeconds(3_600))) {
      door.say(hello(TestTokens.of("ana", soon())));
      door.next("welcome");

      assertThat(door.endInTheEnd()).isEqualTo("4003 token_expired");
    }
  }

  @Test
  void helloWithABadTokenGetsAnErrorAndLeavesTheOldDeadline() {
    try (Door door = connect(soon())) {
      for (String token :
          new String[] {
            TestTokens.of("ana", Instant.now().minusSeconds(10)), "x.y.z", TestTokens.of("ben")
          }) {
        door.say(hello(token));
        Json error = door.next();
        assertThat(error.type()).isEqualTo("error");
        assertThat(error.text("code")).isEqualTo("unauthorized");
        assertThat(error.text("ref")).isEqualTo("h");
      }
      door.say("{'type':'ping','ref':1}");
      assertThat(door.next().type()).isEqualTo("ok");

      assertThat(door.endInTheEnd()).isEqualTo("4003 token_expired");
    }
  }

  @Test
  void helloWithoutATokenChangesNoDeadline() {
    try (Door door = connect(soon())) {
      door.say("{'type':'hello','ref':'h'}");
      door.next("welcome");

      assertThat(door.endInTheEnd()).isEqualTo("4003 token_expired");
    }
  }

  @Test
  void theNameOfATokenIsShownAndNoOther() {
    String token = TestTokens.of("ana", Instant.now().plusSeconds(60), ",'name':'Ana López'");
    try (Door door = Door.full(server, "/ws");
        Door base = Door.knock(server, "/ws?token=" + token, "")) {
      door.say("{'type':'hello','token':'%s','rooms':{'lobby':null}}".formatted(token));
      assertThat(door.next("welcome").text("name")).isEqualTo("Ana López");
      // Before it is in the room, a message would come with those that are there already.
      door.next("joined");
      door.say("{'type':'chat','room':'lobby','message':'x','sender':'Ben'}");
      Json full = door.next("chat");
      assertThat(full.text("sender")).isEqualTo("Ana López");
      assertThat(full.text("client")).isEqualTo("ana");
      assertThat(base.next("chat").text("sender")).isEqualTo("Ana López");
      base.say("{'type':'chat','message':'y','sender':'Ben'}");
      assertThat(base.next("chat").text("sender")).isEqualTo("Ana López");
      door.say("{'type':'presence','room':'lobby'}");
      assertThat(door.next("presence").text()).contains("Ana López");
    }
  }
}
