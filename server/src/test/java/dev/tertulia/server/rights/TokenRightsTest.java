package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a token opens, by default and by its claims, and what it opens no more when a later one, or
/// a list of members, says less.
final class TokenRightsTest {

  private TestServer server;
  private Caller backend;

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            TestTokens.settings(
                Map.of(
                    Setting.ROOMS,
                    "[{name: team.*, access: members}, {name: pair.*, access: direct},"
                        + " {name: forum, moderators: [staff-*]}]")));
    backend = Caller.backend(server);
  }

  @AfterEach
  void stop() {
    backend.close();
    server.close();
  }

  private static String token(String client, String claims) {
    return TestTokens.of(client, Instant.now().plusSeconds(3_600), claims);
  }

  private FullPeer peer(String client, String... can) {
    String claim = can.length == 0 ? "" : ",'can':['" + String.join("','", can) + "']";
    return FullPeer.withToken(server, token(client, claim));
  }

  private void list(String method, String room, String client) {
    assertThat(
            backend
                .send(method, "/api/v1/rooms/%s/members/%s".formatted(room, client), null)
                .status())
        .isEqualTo(204);
  }

  private static String ask(FullPeer peer, String fields) {
    Json reply = peer.ask(fields);
    return reply.type().equals("error") ? reply.text("code") : reply.type();
  }

  private static String join(FullPeer peer, String room) {
    return ask(peer, "'type':'join','room':'%s'".formatted(room));
  }

  private static String chat(FullPeer peer, String room) {
    return ask(peer, "'type':'chat','room':'%s','message':'m'".formatted(room));
  }

  @Test
  void byDefaultATokenOpensPublicRoomsThoseOfItsClientAndItself() {
    list("PUT", "team.in", "ana");
    list("PUT", "pair.in", "ana");
    try (FullPeer ana = peer("ana")) {
      for (String room : List.of("hall", "team.in", "pair.in")) {
        assertThat(join(ana, room)).as(room).isEqualTo("joined");
        assertThat(chat(ana, room)).as(room).isEqualTo("ok");
      }
      for (String room : List.of("team.out", "pair.out")) {
        assertThat(join(ana, room)).as(room).isEqualTo("forbidden");
        assertThat(chat(ana, room)).as(room).isEqualTo("forbidden");
      }
      assertThat(ask(ana, "'type':'notification','message':'m'")).isEqualTo("ok");
      assertThat(ask(ana, "'type':'notification','to':'ana','message':'m'")).isEqualTo("ok");
      assertThat(ask(ana, "'type':'notification','to':'ben','message':'m'")).isEqualTo("forbidden");
      assertThat(ask(ana, "'type':'broadcast_notification','message':'m'")).isEqualTo("forbidden");
      assertThat(ask(ana, "'type':'inbox'")).isEqualTo("inbox");
    }
  }

  @Test
  void canOpensARoomForMembersByItsNameAndByAPatternForMembers() {
    try (FullPeer ana = peer("ana", "room:team.a:join", "room:team.*:send", "room:pair.a:join")) {
      assertThat(join(ana, "team.a")).isEqualTo("joined");
      assertThat(chat(ana, "team.a")).as("by a pattern, and not a member").isEqualTo("forbidden");
      assertThat(join(ana, "pair.a")).as("a direct room").isEqualTo("forbidden");
      assertThat(join(ana, "hall")).as("not listed").isEqualTo("forbidden");
      list("PUT", "team.a", "ana");
      assertThat(chat(ana, "team.a")).isEqualTo("ok");
      list("DELETE", "team.a", "ana");
      assertThat(chat(ana, "team.a")).isEqualTo("forbidden");
      ana.rest();
      list("PUT", "team.a", "ben");
      try (FullPeer ben = peer("ben")) {
        assertThat(chat(ben, "team.a")).isEqualTo("ok");
      }
      assertThat(ana.next("chat").text("client")).as("still in the room").isEqualTo("ben");
    }
  }

  @Test
  void aChangeOfAListIsInForceOnOpenConnections() {
    try (FullPeer ana = peer("ana");
        FullPeer ben = peer("ben")) {
      list("PUT", "team.a", "ben");
      assertThat(join(ana, "team.a")).isEqualTo("forbidden");
      for (int round = 0; round < 20; round++) {
        list("PUT", "team.a", "ana");
        assertThat(join(ana, "team.a")).as("round " + round).isEqualTo("joined");
        list("DELETE", "team.a", "ana");
        assertThat(chat(ben, "team.a")).isEqualTo("ok");
        assertThat(ana.rest())
            .extracting(frame -> frame.type() + " " + frame.text("room"))
            .containsExactly("error team.a");
        assertThat(chat(ana, "team.a")).isEqualTo("forbidden");
      }
    }
  }

  /// Its membership was known, and is looked up again.
  @Test
  void anErasedClientIsNoMember() {
    list("PUT", "team.a", "ana");
    try (FullPeer ana = peer("ana")) {
      assertThat(join(ana, "team.a")).isEqualTo("joined");
    }
    CommandRun erased =
        CommandRun.of(
            Map.of(), "", false, "erase", "ana", "--yes", "--data", server.data().toString());
    assertThat(erased.exit()).as(erased.err()).isZero();
    try (FullPeer ana = peer("ana")) {
      assertThat(join(ana, "team.a")).isEqualTo("forbidden");
    }
  }

  @Test
  void aModeratorDeletesMessagesOfOthers() {
    try (FullPeer ana = peer("ana");
        FullPeer ben = peer("ben");
        FullPeer mod = peer("mod", "room:hall:moderate")) {
      long first = ana.ask("'type':'chat','room':'hall','message':'m'").number("offset");
      String delete = "'type':'delete','room':'hall','target':" + first;
      assertThat(ask(ben, delete)).isEqualTo("forbidden");
      assertThat(ask(mod, "'type':'edit','room':'hall','target':%s,'message':'x'".formatted(first)))
          .isEqualTo("ok");
      assertThat(ask(mod, delete)).isEqualTo("ok");
      assertThat(chat(mod, "hall")).as("to moderate is not to send").isEqualTo("forbidden");
      long second = ana.ask("'type':'chat','room':'plaza','message':'m'").number("offset");
      assertThat(ask(mod, "'type':'delete','room':'plaza','target':" + second))
          .as("another room")
          .isEqualTo("forbidden");
    }
    try (FullPeer ana = peer("ana");
        FullPeer staff = peer("staff-1")) {
      long offset = ana.ask("'type':'chat','room':'forum','message':'m'").number("offset");
      assertThat(ask(staff, "'type':'delete','room':'forum','target':" + offset))
          .as("a moderator by configuration")
          .isEqualTo("ok");
    }
    try (Caller mod = new Caller(server, token("mod", ",'can':['room:hall:moderate']"));
        FullPeer ana = peer("ana")) {
      long offset = ana.ask("'type':'chat','room':'hall','message':'m'").number("offset");
      assertThat(mod.send("DELETE", "/api/v1/rooms/hall/messages/" + offset, null).outcome())
          .isEqualTo("200");
    }
  }

  private static boolean isChat(Json frame, String room) {
    return frame.type().equals("chat") && frame.text("room").equals(room);
  }

  @Test
  void aLaterTokenWithFewerRightsEndsWhatItNoLongerOpens() {
    list("PUT", "team.a", "ben");
    list("PUT", "team.b", "ana");
    try (FullPeer ana =
            peer("ana", "room:hall:join", "room:team.a:join", "room:plaza:join", "room:*:join");
        FullPeer ben = peer("ben")) {
      for (String room : List.of("hall", "team.a", "plaza", "team.b")) {
        assertThat(join(ana, room)).as(room).isEqualTo("joined");
        ana.ask("'type':'presence','room':'%s'".formatted(room));
      }
      ana.rest();
      String fewer = token("ana", ",'can':['room:plaza:join','room:team.*:join']");
      Json welcome = ana.ask("'type':'hello','token':'%s'".formatted(fewer));
      assertThat(welcome.type()).as(welcome.text()).isEqualTo("welcome");
      for (String room : List.of("hall", "team.a", "plaza", "team.b")) {
        join(ben, room);
        chat(ben, room);
      }
      list("PUT", "team.b", "ben");
      assertThat(chat(ben, "team.b")).isEqualTo("ok");
      List<Json> all = new ArrayList<>(ana.restAfter(frame -> isChat(frame, "team.b")));
      // An arrival may be told late.
      all.removeIf(frame -> frame.type().equals("presence"));
      assertThat(all.subList(0, 2))
          .as("before the reply")
          .extracting(frame -> frame.text("room") + " " + frame.text("code"))
          .containsExactlyInAnyOrder("hall forbidden", "team.a forbidden");
      assertThat(all.subList(2, all.size()))
          .as("after it")
          .isNotEmpty()
          .extracting(frame -> frame.text("room"))
          .containsOnly("plaza", "team.b");
      assertThat(join(ana, "hall")).isEqualTo("forbidden");
    }
  }

  @Test
  void theNameOfATokenIsTheSender() {
    try (FullPeer ana = FullPeer.withToken(server, token("ana", ",'name':'Ana María'"));
        FullPeer ben = peer("ben");
        TestClient base =
            TestClient.connect(server, "eve?token=" + token("eve", ",'name':'Eva'"))) {
      assertThat(ana.ask("'type':'hello'").text("name")).isEqualTo("Ana María");
      join(ana, "lobby");
      ana.ask("'type':'chat','room':'lobby','sender':'Admin','message':'m'");
      assertThat(ana.next("chat").text("sender")).isEqualTo("Ana María");
      ben.ask("'type':'chat','room':'lobby','sender':'Admin','message':'m'");
      assertThat(ana.next("chat").text("sender")).as("without a name").isEqualTo("ben");
      ben.say("'type':'typing','room':'lobby','sender':'Admin'");
      assertThat(ana.next("typing").text("sender")).isEqualTo("ben");
      base.chat("Admin", "m");
      assertThat(ana.next("chat").text("sender")).isEqualTo("Eva");
      try (Caller http = new Caller(server, token("ana", ",'name':'Ana María'"))) {
        http.post("/api/v1/rooms/lobby/messages", "{'sender':'Admin','message':'m'}");
      }
      assertThat(ana.next("chat").text("sender")).isEqualTo("Ana María");
    }
  }

  @Test
  void overHttpATokenActsAsItsClientWithoutNamingIt() {
    try (Caller ana =
            new Caller(
                server, token("ana", ",'can':['room:hall:send','room:hall:join','notify:ben']"));
        FullPeer ben = peer("ben")) {
      join(ben, "hall");
      Json sent = ana.post("/api/v1/rooms/hall/messages", "{'message':'m'}").json();
      assertThat(ben.next("chat").text("client")).isEqualTo("ana");
      String message = "/api/v1/rooms/hall/messages/" + sent.number("offset");
      assertThat(ana.send("PATCH", message, "{'message':'n'}").outcome()).isEqualTo("200");
      assertThat(ana.post(message + "/reactions", "{'emoji':'x'}").outcome()).isEqualTo("201");
      assertThat(ana.post("/api/v1/rooms/hall/typing", "{}").outcome()).isEqualTo("204");
      assertThat(ana.send("PUT", "/api/v1/rooms/hall/read", "{'offset':1}").outcome())
          .isEqualTo("200");
      assertThat(ana.get("/api/v1/rooms/hall/messages").json().objects("messages"))
          .first()
          .satisfies(
              first -> assertThat(first.objects("reactions").getFirst().truth("mine")).isTrue());
      assertThat(ana.get("/api/v1/rooms/hall/presence").outcome()).isEqualTo("200");
      assertThat(ana.send("DELETE", message, null).outcome()).isEqualTo("200");
      Json notified = ana.post("/api/v1/clients/ben/notifications", "{'message':'m'}").json();
      assertThat(ben.next("notification").text("from")).isEqualTo("ana");
      assertThat(ana.post("/api/v1/notifications", "{'to':['ben'],'message':'m'}").outcome())
          .isEqualTo("201");
      assertThat(ana.post("/api/v1/notifications", "{'to':['ben','eve'],'message':'m'}").outcome())
          .isEqualTo("403 forbidden");
      assertThat(ana.send("DELETE", "/api/v1/notifications/" + notified.text("id"), null).outcome())
          .isEqualTo("204");
      assertThat(ana.get("/api/v1/clients/ana/inbox").outcome()).isEqualTo("200");
      assertThat(ana.get("/api/v1/clients/ana/rooms").outcome()).isEqualTo("200");
    }
  }

  @Test
  void anOrdinaryClientCalledApiDoesNotRevokeWhatTheBackendSent() {
    Json sent = backend.post("/api/v1/clients/ana/notifications", "{'message':'m'}").json();
    try (FullPeer api = peer("api")) {
      assertThat(ask(api, "'type':'revoke','id':'%s'".formatted(sent.text("id"))))
          .isEqualTo("forbidden");
    }
    try (Caller api = new Caller(server, token("api", ""))) {
      assertThat(api.send("DELETE", "/api/v1/notifications/" + sent.text("id"), null).outcome())
          .isEqualTo("403 forbidden");
    }
    assertThat(backend.get("/api/v1/clients/ana/inbox").json().objects("notifications"))
        .extracting(notification -> notification.text("from"))
        .containsExactly("~api");
  }
}
