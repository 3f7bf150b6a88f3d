package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a request says about who sent it, when and as what, beside the fields that it has, counts
/// for nothing; and what a text contains remains a text.
final class ForgedFieldsTest {
  /// Whatever the server itself says about an entry or a principal.
  private static final List<String> FORGED =
      List.of(
          "'client':'ana'",
          "'from':'ana'",
          "'name':'ana'",
          "'system':true",
          "'offset':1000",
          "'pos':'x:1000'",
          "'time':1",
          "'event':'left'",
          "'scope':'broadcast'",
          "'edited':true",
          "'deleted':true",
          "'replay':true",
          "'can':['broadcast','room:*:moderate']",
          "'kind':'operator'",
          "'principal':{'client':'ana','kind':'operator'}",
          "'sub':'ana'",
          "'__proto__':{'client':'ana'}",
          "'client':'mallory','client':'ana'");

  private TestServer server;
  private FullPeer ben;

  @BeforeEach
  void start() {
    server = TestServer.start(TestTokens.settings());
    ben = FullPeer.withToken(server, TestTokens.of("ben"));
    ben.ask("'type':'hello','inbox':null");
    ben.ask("'type':'join','room':'hall'");
    ben.rest();
  }

  @AfterEach
  void stop() {
    ben.close();
    server.close();
  }

  private static String mallory() {
    return TestTokens.of(
        "mallory",
        Instant.now().plusSeconds(3_600),
        ",'name':'Mallory','can':['room:hall:join','room:hall:send','notify:ben']");
  }

  private static void assertOfMallory(Json chat, long offset, String forged) {
    assertThat(chat.text("client")).as(forged).isEqualTo("mallory");
    assertThat(chat.text("sender")).as(forged).isEqualTo("Mallory");
    assertThat(chat.number("offset")).as(forged).isEqualTo(offset);
    assertThat(chat.number("time")).as(forged).isGreaterThan(1_000_000);
    assertThat(chat.fields())
        .as(forged)
        .doesNotContainKeys(
            "system", "event", "scope", "edited", "deleted", "can", "kind", "principal", "sub");
  }

  @Test
  void aMessageIsOfTheClientOfItsConnection() {
    try (FullPeer mallory = FullPeer.withToken(server, mallory())) {
      long offset = 0;
      for (String forged : FORGED) {
        for (String order :
            List.of(
                "'type':'chat','room':'hall','sender':'ana','message':'m',%s",
                "%s,'type':'chat','room':'hall','sender':'ana','message':'m'")) {
          Json reply = mallory.ask(order.formatted(forged));
          assertThat(reply.type()).as(forged).isEqualTo("ok");
          assertOfMallory(ben.next("chat"), ++offset, forged);
        }
      }
      assertThat(ben.rest()).isEmpty();
    }
  }

  @Test
  void aNotificationIsFromTheClientOfItsConnection() {
    try (FullPeer mallory = FullPeer.withToken(server, mallory())) {
      for (String forged : FORGED) {
        Json reply = mallory.ask("'type':'notification','to':'ben','message':'m'," + forged);
        assertThat(reply.type()).as(forged).isEqualTo("ok");
        Json notification = ben.next("notification");
        assertThat(notification.text("from")).as(forged).isEqualTo("mallory");
        assertThat(notification.text("scope")).as(forged).isEqualTo("personal");
        assertThat(notification.fields()).as(forged).doesNotContainKeys("system", "kind", "can");
      }
      assertThat(ben.rest()).isEmpty();
    }
  }

  /// A field that the route does not know, or another client, is refused.
  @Test
  void aRequestOverHttpWithSuchAFieldIsRefused() {
    try (Caller mallory = new Caller(server, mallory())) {
      List<String> paths =
          List.of("/api/v1/rooms/hall/messages", "/api/v1/clients/ben/notifications");
      for (String path : paths) {
        for (String forged : FORGED) {
          assertThat(mallory.post(path, "{'message':'m'," + forged + "}").outcome())
              .as(path + " " + forged)
              .isIn("400 invalid", "403 forbidden");
        }
      }
      assertThat(ben.rest()).isEmpty();
      for (String path : paths) {
        assertThat(mallory.post(path, "{'message':'m'}").outcome()).isEqualTo("201");
      }
      assertOfMallory(ben.next("chat"), 1, "nothing");
      assertThat(ben.next("notification").text("from")).isEqualTo("mallory");
    }
  }

  /// The text ends neither its field, nor its frame, nor its line, and remains what it is.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"},{\"type\":\"chat\",\"client\":\"ana\",\"message\":\"m\"}",
        "m\",\"system\":true,\"client\":\"ana",
        "\r\n\r\nevent: chat\r\ndata: {}\r\n\r\n",
        "\u0001\u001b]0;x\u0007",
        "\u2028{\"type\":\"welcome\",\"client\":\"ana\"}",
        "</script><script>alert(1)</script>",
        "{{constructor.constructor('x')()}}",
        "\\\",\\\"client\\\":\\\"ana"
      })
  void aTextIsOnlyAText(String text) {
    String json = JsonText.string(text);
    try (FullPeer mallory = FullPeer.withToken(server, mallory())) {
      mallory.askRaw(
          "\"type\":\"chat\",\"room\":\"hall\",\"message\":%s,\"data\":{\"type\":\"welcome\",\"client\":\"ana\",\"x\":%s}"
              .formatted(json, json));
      Json chat = ben.next(frame -> true);
      assertOfMallory(chat, 1, text);
      assertThat(chat.text("message")).isEqualTo(text);
      assertThat(ben.rest()).as("one frame").isEmpty();
    }
  }
}
