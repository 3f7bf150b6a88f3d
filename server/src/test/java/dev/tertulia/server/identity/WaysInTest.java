package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every way in which a token can come with a handshake or after it, and every way in which one is
/// refused.
final class WaysInTest {
  private static final String FULL = "Sec-WebSocket-Protocol: tertulia.1\r\n";
  private static final String ANA = TestTokens.of("ana");
  private static final String BEN = TestTokens.of("ben");
  private static final String EXPIRED = TestTokens.of("ana", Instant.ofEpochSecond(1));

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(TestTokens.settings(Map.of(Setting.AUTH_COOKIE, "session")));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String ownOrigin() {
    return "Origin: http://127.0.0.1:%s\r\n".formatted(server.port());
  }

  private static void assertWelcome(Door door, String client) {
    assertThat(door.isOpen()).as(door.head()).isTrue();
    door.say("{'type':'hello','ref':1}");
    Json welcome = door.next("welcome");
    assertThat(welcome.text("client")).isEqualTo(client);
  }

  private static void assertNothingGotIn() {
    server.awaitConnections(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ws/ana", "/ws"})
  void aTokenComesInTheAddress(String path) {
    try (Door door = Door.knock(server, path + "?token=" + ANA, FULL)) {
      assertThat(door.head()).contains("sec-websocket-protocol: tertulia.1\r\n");
      assertWelcome(door, "ana");
    }
    try (Door door = Door.knock(server, path + "?v=1&token=" + ANA, "")) {
      assertThat(door.head()).doesNotContain("sec-websocket-protocol");
      assertWelcome(door, "ana");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ws/ana", "/ws"})
  void aTokenComesInAuthorization(String path) {
    try (Door door = Door.knock(server, path, FULL + "Authorization: Bearer " + ANA + "\r\n")) {
      assertWelcome(door, "ana");
    }
    try (Door door = Door.knock(server, path, FULL + "authorization: bEARER  " + ANA + "\r\n")) {
      assertWelcome(door, "ana");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tertulia.1, tertulia.token.TOKEN", "tertulia.token.TOKEN,tertulia.1"})
  void aTokenComesAsASubprotocolAndIsNotSentBack(String offered) {
    String field = "Sec-WebSocket-Protocol: " + offered.replace("TOKEN", ANA) + "\r\n";
    try (Door door = Door.knock(server, "/ws", field)) {
      assertThat(door.head())
          .contains("sec-websocket-protocol: tertulia.1\r\n")
          .doesNotContain(ANA.substring(0, 20));
      assertWelcome(door, "ana");
    }
  }

  @Test
  void aTokenComesInACookieOfTheSameSite() {
    for (String fields :
        new String[] {
          "Cookie: session=" + ANA + "\r\n" + ownOrigin(),
          "Cookie: a=b; session=\"" + ANA + "\"; c=d\r\n" + ownOrigin(),
          "Cookie: a=b\r\nCookie: session=" + ANA + "\r\n" + ownOrigin(),
          "Cookie: session=" + ANA + "\r\n" + ownOrigin() + "Sec-Fetch-Site: same-origin\r\n",
          "Cookie: session=" + ANA + "\r\n"
        }) {
      try (Door door = Door.knock(server, "/ws", FULL + fields)) {
        assertWelcome(door, "ana");
      }
    }
  }

  /// Cross-site WebSocket hijacking: the browser adds the cookie to what a page of another site
  /// opens.
  @Test
  void aCookieIsOfNoUseToAPageOfAnotherSite() {
    for (String origin :
        new String[] {
          "https://evil.example",
          "null",
          "http://127.0.0.1:" + server.port() + ".evil.example",
          "http://127.0.0.1",
          "http://localhost.evil.example:" + server.port()
        }) {
      String fields = "Cookie: session=%s\r\nOrigin: %s\r\n".formatted(ANA, origin);
      try (Door door = Door.knock(server, "/ws/ana", FULL + fields)) {
        assertThat(door.head()).startsWith("HTTP/1.1 403 ");
      }
    }
    String fields =
        "Cookie: session=" + ANA + "\r\n" + ownOrigin() + "Sec-Fetch-Site: cross-site\r\n";
    try (Door door = Door.knock(server, "/ws/ana", fields)) {
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ws/ana", "/ws"})
  void aTokenComesInHello(String path) {
    try (Door door = Door.full(server, path)) {
      door.say("{'type':'hello','ref':7,'token':'%s','rooms':{'general':null}}".formatted(ANA));

      Json welcome = door.next();
      assertThat(welcome.type()).isEqualTo("welcome");
      assertThat(welcome.number("ref")).isEqualTo(7);
      assertThat(welcome.text("client")).isEqualTo("ana");
      assertThat(door.next().type()).isEqualTo("joined");
      door.say("{'type':'ping','ref':8}");
      assertThat(door.next().type()).isEqualTo("ok");
    }
  }

  /// What follows the first message in one segment is not lost.
  @Test
  void whatFollowsHelloAtOnceIsCarriedOutAfterIt() {
    try (Door door = Door.full(server, "/ws")) {
      byte[] hello =
          RawSocket.frame(
              0x81,
              "{\"type\":\"hello\",\"token\":\"%s\"}"
                  .formatted(ANA)
                  .getBytes(StandardCharsets.UTF_8));
      byte[] ping =
          RawSocket.frame(0x81, "{\"type\":\"ping\",\"ref\":1}".getBytes(StandardCharsets.UTF_8));
      byte[] both = Arrays.copyOf(hello, hello.length + ping.length);
      System.arraycopy(ping, 0, both, hello.length, ping.length);
      door.socket().send(both);

      // The welcome waits for the log.
      assertThat(List.of(door.next().type(), door.next().type()))
          .containsExactlyInAnyOrder("welcome", "ok");
    }
  }

  /// A hello in fragments, in pieces of one byte, with a ping in between.
  @Test
  void helloMayComeInPieces() {
    try (Door door = Door.full(server, "/ws")) {
      String hello = "{\"type\":\"hello\",\"ref\":1,\"token\":\"%s\"}".formatted(ANA);
      byte[] text = hello.getBytes(StandardCharsets.UTF_8);
      int half = text.length / 2;
      door.socket().sendFrame(0x01, Arrays.copyOf(text, half));
      door.socket().sendFrame(0x89, new byte[] {1, 2, 3});
      assertThat(door.socket().read(10).payload()).containsExactly(1, 2, 3);
      for (byte each : RawSocket.frame(0x80, Arrays.copyOfRange(text, half, text.length))) {
        door.socket().send(new byte[] {each});
      }

      assertThat(door.next("welcome").text("client")).isEqualTo("ana");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'hello','ref':1}",
        "{'type':'hello','ref':1,'token':null}",
        "{'type':'ping','ref':1}",
        "{'type':'join','ref':1,'room':'lobby'}",
        "{'type':'chat','ref':1,'room':'lobby','message':'x'}",
        "{'type':'hello','ref':1,'token':'x.y.z'}",
        "{'type':'hello','ref':1,'token':''}",
        "{'type':'hello','ref':1,'token':7}",
        "{'type':'hello','ref':1,'token':'OTHER'}",
        "{'ref':1}"
      })
  void anyOtherFirstMessageGetsAnErrorAndTheEnd(String message) {
    try (Door door = Door.full(server, "/ws/ana")) {
      door.say(message.replace("OTHER", BEN));

      Json error = door.next();
      assertThat(error.type()).isEqualTo("error");
      assertThat(error.text("code")).isEqualTo("unauthorized");
      assertThat(error.number("ref")).isEqualTo(1);
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
    assertNothingGotIn();
  }

  @Test
  void anExpiredTokenInHelloIsToldApart() {
    try (Door door = Door.full(server, "/ws")) {
      door.say("{'type':'hello','ref':1,'token':'%s'}".formatted(EXPIRED));

      assertThat(door.next().text("message")).contains("caducado");
      assertThat(door.end()).isEqualTo("4003 token_expired");
    }
  }

  @Test
  void aFirstMessageThatIsNotJsonIsTheEnd() {
    try (Door door = Door.full(server, "/ws")) {
      door.say("x");

      assertThat(door.next().text("code")).isEqualTo("unauthorized");
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
  }

  /// Nothing larger is kept of a client that has not said who it is.
  @Test
  void aFirstMessageHasABound() {
    try (Door door = Door.full(server, "/ws")) {
      door.socket().send(new byte[] {(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0, 2, 0, 1});

      assertThat(door.end()).isEqualTo("1009 too large");
    }
  }

  @Test
  void framesThatBreakTheRulesAreRefusedBeforeHelloToo() {
    try (Door door = Door.full(server, "/ws")) {
      door.socket().send(new byte[] {(byte) 0x81, 2, 'h', 'i'});

      assertThat(door.end()).startsWith("1002 ");
    }
    try (Door door = Door.full(server, "/ws")) {
      door.socket().sendFrame(0x82, new byte[3]);

      assertThat(door.end()).startsWith("1003 ");
    }
    try (Door door = Door.full(server, "/ws")) {
      door.socket().sendFrame(0x88, new byte[] {3, (byte) 0xe8});

      assertThat(door.end()).startsWith("1000");
    }
  }

  @Test
  void aClientThatSaysNothingIsClosed() {
    try (TestServer impatient =
            TestServer.start(
                TestTokens.settings(Map.of(Setting.LIMITS_HANDSHAKE_TIMEOUT, "200ms")));
        Door door = Door.full(impatient, "/ws")) {
      assertThat(door.isOpen()).isTrue();
      assertThat(door.end()).isEqualTo("4500 unauthorized");
      impatient.awaitConnections(0);
    }
  }

  /// It does not keep the server from stopping, either.
  @Test
  void aServerThatStopsClosesThoseThatHaveNotSaidWhoTheyAre() {
    Door door;
    try (TestServer stopping = TestServer.start(TestTokens.settings())) {
      door = Door.full(stopping, "/ws");
      assertThat(door.isOpen()).isTrue();
    }
    assertThat(door.end()).startsWith("1001 ");
    door.close();
  }

  /// A browser can't see the status of a handshake, so it is accepted, and closed at once.
  @ParameterizedTest
  @CsvSource({
    "/ws/ana, '', 4500 unauthorized",
    "/ws/ana?token=, '', 4500 unauthorized",
    "/ws/ana?token=x, '', 4500 unauthorized",
    "/ws/ana?token=%ff, '', 4500 unauthorized",
    "/ws?token=x.y.z, full, 4500 unauthorized",
    "/ws/ana?token=BEN, '', 4500 unauthorized",
    "/ws/ana?token=BEN, full, 4500 unauthorized",
    "/ws/ana?token=EXPIRED, '', 4003 token_expired",
    "/ws?token=EXPIRED, full, 4003 token_expired",
    "/ws/ana?token=ANA&token=BEN, full, 4500 unauthorized"
  })
  void aBadTokenIsAcceptedAsAHandshakeAndClosed(String path, String protocol, String end) {
    String address = path.replace("ANA", ANA).replace("BEN", BEN).replace("EXPIRED", EXPIRED);
    try (Door door = Door.knock(server, address, protocol.isEmpty() ? "" : FULL)) {
      assertThat(door.isOpen()).as(door.head()).isTrue();
      assertThat(door.end()).isEqualTo(end);
    }
    assertNothingGotIn();
  }

  @Test
  void severalThatDifferAreRefused() {
    try (Door door =
        Door.knock(server, "/ws?token=" + ANA, FULL + "Authorization: Bearer " + BEN + "\r\n")) {
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
    try (Door door =
        Door.knock(
            server, "/ws?token=" + ANA, FULL + ownOrigin() + "Cookie: session=" + BEN + "\r\n")) {
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
    try (Door door =
        Door.knock(server, "/ws?token=" + ANA, FULL + "Authorization: Bearer " + ANA + "\r\n")) {
      assertWelcome(door, "ana");
    }
  }

  /// Keys are for the API.
  @Test
  void aKeyOpensNoWebSocket() {
    try (Door door = Door.knock(server, "/ws/ana", FULL + "Authorization: Bearer key\r\n")) {
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
  }

  @Test
  void aBaseClientShowsItsTokenInTheHandshake() {
    for (Door each :
        new Door[] {
          Door.knock(server, "/ws/ana?token=" + ANA, ""),
          Door.knock(server, "/ws?token=" + ANA, ""),
          Door.knock(server, "/ws/ana", "Authorization: Bearer " + ANA + "\r\n"),
          Door.knock(server, "/ws/ana", "Cookie: session=" + ANA + "\r\n" + ownOrigin()),
          Door.knock(server, "/ws/ana", "Sec-WebSocket-Protocol: tertulia.token." + ANA + "\r\n")
        }) {
      try (Door door = each) {
        assertThat(door.head()).doesNotContain("sec-websocket-protocol");
        door.say("{'type':'chat','message':'hola'}");
        assertThat(door.next("chat").text("client")).isEqualTo("ana");
      }
    }
  }

  /// A refusal that says more than the token does: the address is wrong whoever asks.
  @ParameterizedTest
  @ValueSource(strings = {"/ws/~api", "/ws/a%20b", "/ws/", "/ws?v=2"})
  void aBadAddressIsRefusedAsBefore(String path) {
    try (Door door = Door.knock(server, path, "Authorization: Bearer " + ANA + "\r\n")) {
      assertThat(door.head()).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void withoutAccountsAnAddressNamesTheClient() {
    try (TestServer open = TestServer.start()) {
      try (Door door = Door.full(open, "/ws")) {
        assertThat(door.head()).startsWith("HTTP/1.1 400 ");
      }
      try (Door door = Door.full(open, "/ws/ben?token=" + ANA)) {
        assertWelcome(door, "ben");
      }
    }
  }

  @Test
  void compressionIsNegotiatedBeforeHelloToo() {
    try (Door door =
        Door.knock(server, "/ws", FULL + "Sec-WebSocket-Extensions: permessage-deflate\r\n")) {
      assertThat(door.head()).contains("permessage-deflate");
      door.say("{'type':'hello','token':'%s','rooms':{'general':null}}".formatted(ANA));
      assertThat(door.next("welcome").text("client")).isEqualTo("ana");
    }
  }
}
