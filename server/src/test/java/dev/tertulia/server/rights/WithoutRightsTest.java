package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A client without rights makes every request that there is, and reaches nobody. `ana` is alone in
/// `team.x`, watches its presence, and must not notice anything.
final class WithoutRightsTest {
  private TestServer server;
  private FullPeer ana;

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            TestTokens.settings(
                Map.of(
                    Setting.ROOMS, "[{name: team.*, access: members}]",
                    Setting.LANGUAGE, "en")));
    try (Caller backend = Caller.backend(server)) {
      assertThat(backend.send("PUT", "/api/v1/rooms/team.x/members/ana", null).status())
          .isEqualTo(204);
    }
    ana = FullPeer.withToken(server, TestTokens.of("ana"));
    assertThat(ana.ask("'type':'join','room':'team.x'").type()).isEqualTo("joined");
    ana.ask("'type':'presence','room':'team.x'");
    ana.ask("'type':'chat','room':'team.x','message':'first'");
    ana.next("chat");
    ana.rest();
  }

  @AfterEach
  void stop() {
    ana.close();
    server.close();
  }

  private static String mallory(String claims) {
    return TestTokens.of("mallory", Instant.now().plusSeconds(3_600), claims);
  }

  private void assertAnaNoticedNothing(String after) {
    assertThat(ana.rest()).as("what ana received after " + after).isEmpty();
  }

  @Test
  void everyRequestAboutAForeignRoomOrClientIsForbidden() {
    for (String claims : List.of("", ",'can':[]", ",'can':['room:*:join','room:*:send']")) {
      try (FullPeer mallory = FullPeer.withToken(server, mallory(claims))) {
        for (Requests request : Requests.ALL) {
          boolean self = request.fields().equals("'type':'notification','message':'m'");
          boolean refused =
              switch (request.need()) {
                case Action.InRoom _ -> true;
                case Action.OnClient.NOTIFY -> !self || !claims.isEmpty();
                case Action.OnClient.READ_INBOX, Action.OnClient.MARK_INBOX -> false;
                case Action.General general -> general == Action.General.BROADCAST;
              };
          if (refused) {
            Json reply = mallory.ask(request.fields());
            assertThat(reply.type()).as(reply.text()).isEqualTo("error");
            assertThat(reply.text("code")).as(request.fields()).isEqualTo("forbidden");
            assertThat(mallory.rest()).as("frames after " + request.fields()).isEmpty();
            assertAnaNoticedNothing(request.fields());
          }
        }
        mallory.say("'type':'hello','rooms':{'team.x':null}");
        assertThat(mallory.next("error").text("code")).isEqualTo("forbidden");
      }
      assertAnaNoticedNothing("a hello of mallory");
    }
  }

  @Test
  void whatAClientAsksAboutItsOwnInboxIsAboutItsOwn() {
    ana.ask("'type':'notification','message':'private'");
    String id = ana.next("notification").text("id");
    try (FullPeer mallory = FullPeer.withToken(server, mallory(",'can':[]"))) {
      assertThat(mallory.ask("'type':'inbox'").objects("notifications")).isEmpty();
      assertThat(mallory.ask("'type':'rooms'").objects("rooms")).isEmpty();
      for (String type :
          List.of("'shown','id':'%s'", "'inbox_read','ids':['%s']", "'revoke','id':'%s'")) {
        Json reply = mallory.ask("'type':" + type.formatted(id));
        assertThat(reply.type()).as(reply.text()).isEqualTo("error");
      }
    }
    assertAnaNoticedNothing("what mallory does to its inbox");
  }

  /// Every route of the table, about the room and the client.
  @Test
  void everyRouteIsForbidden() {
    ana.ask("'type':'notification','message':'private'");
    String id = ana.next("notification").text("id");
    for (String claims : List.of("", ",'can':[]", ",'can':['room:*:join','notify:m*']")) {
      try (Caller mallory = new Caller(server, mallory(claims))) {
        for (Route route : server.server().routeTable()) {
          if (route.template().startsWith("/api/")) {
            String path =
                route
                    .template()
                    .replace("{room}", "team.x")
                    .replace("{client}", "ana")
                    .replace("{target}", "1")
                    .replace("{id}", id)
                    .replace("{name}", "backend");
            Caller.Answer answer = mallory.send(route.method(), path, body(route));
            assertThat(answer.outcome())
                .as(claims + " " + route.method() + " " + path)
                .isEqualTo("403 forbidden");
            assertAnaNoticedNothing(route.method() + " " + path);
          }
        }
      }
    }
  }

  /// A valid body for a route, with single quotes; `null` for none.
  static @Nullable String body(Route route) {
    if (route.method().equals("GET") || route.method().equals("DELETE")) {
      return null;
    }
    return switch (route.template()) {
      case "/api/v1/rooms/{room}/messages", "/api/v1/rooms/{room}/messages/{target}" ->
          "{'message':'m'}";
      case "/api/v1/rooms/{room}/messages/{target}/reactions" -> "{'emoji':'x'}";
      case "/api/v1/rooms/{room}/typing" -> "{}";
      case "/api/v1/rooms/{room}/read" -> "{'offset':1}";
      case "/api/v1/clients/{client}/notifications", "/api/v1/broadcasts" -> "{'message':'m'}";
      case "/api/v1/notifications" -> "{'to':['mallory','ana'],'message':'m'}";
      case "/api/v1/clients/{client}/inbox/read" -> "{'ids':['1:1@ana']}";
      case "/api/v1/clients/{client}/inbox/ack" -> "{'device':'d','pos':'0:0+0:0'}";
      case "/api/v1/clients/{client}/inbox/shown" -> "{'device':'d','id':'1:1@ana'}";
      case "/api/v1/rooms/{room}/members/{client}" -> null;
      default -> "{}";
    };
  }

  /// In every place in which a request can name the client that acts.
  @Test
  void aTokenActsAsNoOtherClient() {
    try (Caller mallory =
        new Caller(server, mallory(",'can':['room:hall:send','notify:*','broadcast']"))) {
      for (String[] request :
          new String[][] {
            {"POST", "/api/v1/rooms/hall/messages", "{'client':'ana','message':'m'}"},
            {"POST", "/api/v1/rooms/hall/messages?client=ana", "{'message':'m'}"},
            {"PATCH", "/api/v1/rooms/hall/messages/1", "{'client':'ana','message':'m'}"},
            {"DELETE", "/api/v1/rooms/hall/messages/1?client=ana", null},
            {"POST", "/api/v1/rooms/hall/messages/1/reactions", "{'client':'ana','emoji':'x'}"},
            {"POST", "/api/v1/rooms/hall/typing", "{'client':'ana'}"},
            {"POST", "/api/v1/clients/ben/notifications", "{'from':'ana','message':'m'}"},
            {"POST", "/api/v1/notifications", "{'from':'ana','to':['ben'],'message':'m'}"},
            {"POST", "/api/v1/broadcasts", "{'from':'ana','message':'m'}"},
            {"POST", "/api/v1/broadcasts?from=ana", "{'message':'m'}"},
            {"DELETE", "/api/v1/notifications/1:1@ana?from=ana", null},
          }) {
        assertThat(mallory.send(request[0], request[1], request[2]).outcome())
            .as(String.join(" ", request[0], request[1]))
            .isEqualTo("403 forbidden");
      }
      Caller.Answer own =
          mallory.post("/api/v1/rooms/hall/messages", "{'client':'mallory','message':'m'}");
      assertThat(own.outcome()).isEqualTo("201");
    }
    assertAnaNoticedNothing("what mallory does as ana");
  }

  @Test
  void aBaseClientWithoutRightsReachesNobody() {
    try (FullPeer ben =
            FullPeer.withToken(
                server,
                TestTokens.of(
                    "ben", Instant.now().plusSeconds(3_600), ",'can':['room:lobby:join']"));
        TestClient mallory = TestClient.connect(server, "mallory?token=" + mallory(",'can':[]"))) {
      ben.ask("'type':'join','room':'lobby'");
      assertThat(Json.parse(mallory.next()).text("code")).as("the lobby").isEqualTo("forbidden");
      for (String type : List.of("chat", "notification", "broadcast_notification")) {
        mallory.send("{\"type\":\"%s\",\"message\":\"m\"}".formatted(type));
        assertThat(Json.parse(mallory.next()).text("code")).as(type).isEqualTo("forbidden");
      }
      assertThat(ben.rest()).isEmpty();
    }
    assertAnaNoticedNothing("a base client");
  }

  /// Nor can it be found out which rooms and clients there are.
  @Test
  void whatExistsIsRefusedLikeWhatDoesNot() {
    try (Caller caller = new Caller(server, mallory(""));
        FullPeer mallory = FullPeer.withToken(server, mallory(""))) {
      for (Requests request : Requests.ALL) {
        if (request.need() instanceof Action.InRoom) {
          String fields = request.fields();
          String there = mallory.ask(fields).fields().toString();
          String nowhere = mallory.ask(fields.replace("team.x", "team.y")).fields().toString();
          assertThat(alike(there)).as(fields).isEqualTo(alike(nowhere));
        }
      }
      for (Route route : server.server().routeTable()) {
        if (route.template().startsWith("/api/")) {
          String path = route.template().replace("{target}", "1").replace("{id}", "1:1@ana");
          String there =
              caller
                  .send(route.method(), filled(path, "team.x", "ana", "backend"), body(route))
                  .body();
          String nowhere =
              caller
                  .send(route.method(), filled(path, "team.y", "nobody", "none"), body(route))
                  .body();
          assertThat(there).as(route.method() + " " + path).isEqualTo(nowhere);
        }
      }
    }
  }

  private static String alike(String reply) {
    return reply.replace("team.y", "team.x").replaceAll("ref=r\\d+", "");
  }

  private static String filled(String path, String room, String client, String name) {
    return path.replace("{room}", room).replace("{client}", client).replace("{name}", name);
  }

  @Test
  void aStreamDeliversNoForeignRoom() {
    try (Caller mallory = new Caller(server, mallory(""))) {
      assertThat(mallory.get("/api/v1/stream?client=ana&rooms=team.x").status()).isEqualTo(403);
    }
  }
}
