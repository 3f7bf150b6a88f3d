package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Lists of members, over HTTP, and what they mean to connections that are open.
@Tag(ServerStore.PROTOCOL)
final class MembersApiTest {
  private static final String RULES =
      "[{name: team.*, access: members}, {name: pair.*, access: direct}, {name: cursor.*, kind:"
          + " signal, access: members}, {name: quick.*, kind: memory, access: members}]";
  private static final String JOIN = "{\"type\":\"join\",\"room\":\"%s\"}";
  private static final String CHAT = "{\"type\":\"chat\",\"room\":\"%s\",\"message\":\"%s\"}";

  @TempDir private Path folder;
  private TestServer server;
  private Api api;

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            Map.of(Setting.ROOMS, RULES, Setting.DATA, folder.resolve("data").toString()));
    api = new Api(server);
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  private void put(String room, String client) {
    Api.Answer answer =
        api.send("PUT", "/api/v1/rooms/%s/members/%s".formatted(room, client), null);
    assertThat(answer.status()).as(answer.body()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
  }

  private void remove(String room, String client) {
    assertThat(
            api.send("DELETE", "/api/v1/rooms/%s/members/%s".formatted(room, client), null)
                .status())
        .isEqualTo(204);
  }

  private List<Object> members(String room) {
    Json list = api.get("/api/v1/rooms/" + room + "/members").ok(200);
    return List.copyOf((List<?>) list.fields().get("members"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"team.red", "pair.1", "cursor.1", "quick.1"})
  void anAddedMemberMayJoinImmediately(String room) {
    try (Talker ana = Talker.connect(server, "ana")) {
      assertThat(ana.ask(JOIN.formatted(room)).text("code")).isEqualTo("forbidden");
      put(room, "ana");
      assertThat(ana.ask(JOIN.formatted(room)).type()).isEqualTo("joined");
      assertThat(ana.ask(CHAT.formatted(room, "x")).type()).isEqualTo("ok");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"team.red", "pair.1", "cursor.1", "quick.1"})
  void aRemovedMemberLeavesImmediatelyOnEveryConnection(String room) {
    put(room, "ana");
    put(room, "bob");
    try (Talker phone = Talker.connect(server, "ana");
        Talker laptop = Talker.connect(server, "ana");
        Talker third = Talker.connect(server, "ana");
        Talker bob = Talker.connect(server, "bob")) {
      for (Talker each : List.of(phone, laptop, third, bob)) {
        assertThat(each.ask(JOIN.formatted(room)).type()).isEqualTo("joined");
      }
      remove(room, "ana");
      // It is out when the request is answered: what is said from then on it does not hear.
      assertThat(bob.ask(CHAT.formatted(room, "among us")).type()).isEqualTo("ok");
      for (Talker each : List.of(phone, laptop, third)) {
        Json told = each.next(frame -> !frame.type().equals("presence"));
        assertThat(told.type()).as(told.text()).isEqualTo("error");
        assertThat(told.text("room")).isEqualTo(room);
        assertThat(told.text("code")).isEqualTo("forbidden");
        assertThat(told.has("ref")).isFalse();
        each.say("{\"type\":\"ping\",\"ref\":\"p\"}");
        assertThat(each.next().text("ref")).isEqualTo("p");
        assertThat(each.ask(CHAT.formatted(room, "me too")).text("code")).isEqualTo("forbidden");
        assertThat(each.ask(JOIN.formatted(room)).text("code")).isEqualTo("forbidden");
      }
      Json present = api.get("/api/v1/rooms/" + room + "/presence").ok(200);
      assertThat(present.objects("members"))
          .extracting(m -> m.text("client"))
          .containsExactly("bob");
    }
  }

  @Test
  void aRemovedMemberReceivesNoMorePresence() {
    put("team.red", "ana");
    put("team.red", "bob");
    try (Talker ana = Talker.connect(server, "ana");
        Talker bob = Talker.connect(server, "bob")) {
      ana.ask("{\"type\":\"presence\",\"room\":\"team.red\"}");
      remove("team.red", "ana");
      bob.ask(JOIN.formatted("team.red"));
      assertThat(ana.next().text("code")).isEqualTo("forbidden");
      ana.say("{\"type\":\"ping\",\"ref\":\"p\"}");
      assertThat(ana.next().text("ref")).isEqualTo("p");
    }
  }

  /// What was said before is stored before; nothing of it comes later.
  @Test
  void noMessageOfARemovedMemberIsStored() {
    try (Talker ana = Talker.connect(server, "ana")) {
      for (int round = 0; round < 20; round++) {
        put("team.red", "ana");
        for (int i = 0; i < 20; i++) {
          ana.say(CHAT.formatted("team.red", "r" + round));
        }
        remove("team.red", "ana");
        put("team.red", "operator");
        long end =
            api.post(
                    "/api/v1/rooms/team.red/messages",
                    "{\"client\":\"operator\",\"message\":\"end\"}")
                .ok(201)
                .number("offset");
        // Its turn comes behind all that was said before it.
        assertThat(ana.ask(CHAT.formatted("team.red", "late")).text("code")).isEqualTo("forbidden");
        List<Json> after =
            api.get("/api/v1/rooms/team.red/messages?after=" + end).ok(200).objects("messages");
        assertThat(after).isEmpty();
      }
      assertThat(api.get("/api/v1/rooms/team.red/messages?limit=200").ok(200).objects("messages"))
          .extracting(message -> message.text("message"))
          .doesNotContain("late");
    }
  }

  @Test
  void aDirectRoomHasTwoMembersAtMost() {
    put("pair.1", "ana");
    put("pair.1", "bob");
    put("pair.1", "bob");
    Json problem =
        api.send("PUT", "/api/v1/rooms/pair.1/members/eve", null).problem(409, "conflict");
    assertThat(problem.text("detail")).contains("pair.1", "2");
    remove("pair.1", "bob");
    put("pair.1", "eve");
    assertThat(members("pair.1")).containsExactly("ana", "eve");
  }

  @Test
  void theListIsPaged() {
    for (String client : List.of("c", "a", "b")) {
      put("team.blue", client);
    }
    assertThat(members("team.blue")).containsExactly("a", "b", "c");
    Json page = api.get("/api/v1/rooms/team.blue/members?limit=2").ok(200);
    assertThat((List<?>) page.fields().get("members")).isEqualTo(List.of("a", "b"));
    assertThat(page.truth("more")).isTrue();
    Json rest = api.get("/api/v1/rooms/team.blue/members?after=b").ok(200);
    assertThat((List<?>) rest.fields().get("members")).isEqualTo(List.of("c"));
    assertThat(members("team.nobody")).isEmpty();
  }

  @Test
  void removingAMemberTwiceIsHarmless() {
    remove("team.red", "ana");
    put("team.red", "ana");
    remove("team.red", "ana");
    remove("team.red", "ana");
    assertThat(members("team.red")).isEmpty();
  }

  @Test
  void theListsSurviveARestart() {
    put("team.red", "ana");
    put("quick.1", "bob");
    put("cursor.1", "ana");
    api.close();
    server.close();
    start();
    assertThat(members("team.red")).containsExactly("ana");
    assertThat(members("quick.1")).containsExactly("bob");
    try (Talker ana = Talker.connect(server, "ana")) {
      assertThat(ana.ask(JOIN.formatted("team.red")).type()).isEqualTo("joined");
      assertThat(ana.ask(JOIN.formatted("cursor.1")).type()).isEqualTo("joined");
      assertThat(ana.ask(JOIN.formatted("quick.1")).text("code")).isEqualTo("forbidden");
    }
  }

  @Test
  void aMemberRemovedFromAPublicRoomStays() {
    put("hall", "ana");
    try (Talker ana = Talker.connect(server, "ana")) {
      ana.ask(JOIN.formatted("hall"));
      remove("hall", "ana");
      assertThat(ana.ask(CHAT.formatted("hall", "x")).type()).isEqualTo("ok");
      assertThat(ana.next().text("message")).isEqualTo("x");
    }
  }

  @Test
  void invalidNamesAreRefused() {
    for (String path : List.of("/api/v1/rooms/a%20b/members/c", "/api/v1/rooms/a/members/%C3%B1")) {
      api.send("PUT", path, null).problem(400, "invalid");
      api.send("DELETE", path, null).problem(400, "invalid");
    }
    api.send("PUT", "/api/v1/rooms/a/members/b?role=admin", null).problem(400, "invalid");
    api.get("/api/v1/rooms/a%20b/members").problem(400, "invalid");
    api.get("/api/v1/rooms/a/members?limit=x").problem(400, "invalid");
    api.post("/api/v1/rooms/a/members", "{}").problem(405, "invalid");
    assertThat(api.send("POST", "/api/v1/rooms/a/members/b", "").header("Allow"))
        .isEqualTo("DELETE, PUT");
  }

  /// The rooms that the client is told to have, with their heads and what is unread.
  private static List<String> rooms(Talker talker) {
    return talker.ask("{\"type\":\"rooms\"}").objects("rooms").stream()
        .map(room ->
            room.text("room")
                + " "
                + room.number("head")
                + " "
                + room.number("read")
                + " "
                + room.number("unread"))
        .toList();
  }

  @Test
  void theRoomsOfAClientAreThoseItIsAMemberOfForEveryDurability() {
    try (Talker ana = Talker.connect(server, "ana");
        Talker bob = Talker.connect(server, "bob")) {
      assertThat(rooms(ana)).isEmpty();
      List<String> all = List.of("cursor.1", "hall", "pair.1", "quick.1", "team.red");
      for (String room : all) {
        put(room, "ana");
        put(room, "bob");
        bob.ask(CHAT.formatted(room, "x"));
      }
      assertThat(rooms(ana))
          .containsExactly(
              "cursor.1 0 0 0", "hall 1 0 1", "pair.1 1 0 1", "quick.1 1 0 1", "team.red 1 0 1");
      ana.ask("{\"type\":\"read\",\"room\":\"quick.1\",\"offset\":1}");
      assertThat(rooms(ana)).contains("quick.1 1 1 0");
      assertThat(api.get("/api/v1/clients/ana").ok(200).objects("rooms"))
          .extracting(room -> room.text("room"))
          .isEqualTo(all);
      for (String room : all) {
        remove(room, "ana");
      }
      assertThat(rooms(ana)).as("where it has read, and may no more").isEmpty();
      remove("team.red", "bob");
      ana.ask(CHAT.formatted("hall", "y"));
      assertThat(rooms(bob))
          .as("where it has sent, and still may")
          .containsExactly("cursor.1 0 0 0", "hall 2 0 1", "pair.1 1 0 0", "quick.1 1 0 0");
      remove("hall", "bob");
      remove("quick.1", "bob");
      assertThat(rooms(bob))
          .as("a public room stays one's own")
          .containsExactly("cursor.1 0 0 0", "hall 2 0 1", "pair.1 1 0 0");
      assertThat(api.get("/api/v1/clients/bob").ok(200).objects("rooms"))
          .extracting(room -> room.text("room"))
          .containsExactly("cursor.1", "hall", "pair.1");
    }
  }
}
