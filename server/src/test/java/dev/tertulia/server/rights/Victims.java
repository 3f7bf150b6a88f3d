package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.token.Revocation;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `ana` and a friend, with rooms, a conversation, inboxes, devices and notifications of their own.
/// Whatever a client without rights must not learn contains [#MARK].
final class Victims implements AutoCloseable {
  /// It is contained in every text, title, name and id that nobody else may learn.
  static final String MARK = "sesame";

  private static final String FRIEND = "ben-" + MARK;
  private static final String HIDDEN_ROOM = "team." + MARK;
  private static final List<String> ROOMS = List.of("team.x", "pair.ab", HIDDEN_ROOM);

  private final Caller operator;
  private final FullPeer ana;
  private final FullPeer friend;
  private final String notification;
  private final Attempts.Known known;
  private int farewells;

  Victims(TestServer server) {
    operator = Caller.backend(server);
    for (String room : ROOMS) {
      for (String client : List.of("ana", FRIEND)) {
        assertThat(
                operator
                    .send("PUT", "/api/v1/rooms/%s/members/%s".formatted(room, client), null)
                    .status())
            .isEqualTo(204);
      }
    }
    String lost = TestTokens.of("ana", Instant.now().plusSeconds(3_600), ",'jti':'lost'");
    server.server().revocations().revoke(new Revocation.OfToken("lost", null), null, null, null);
    ana = FullPeer.withToken(server, TestTokens.of("ana"));
    friend = FullPeer.withToken(server, TestTokens.of(FRIEND));
    ana.ask("'type':'hello','inbox':null,'device':'ana-phone'");
    friend.ask("'type':'hello','inbox':null,'device':'%s-phone'".formatted(MARK));
    for (String room : ROOMS) {
      for (FullPeer peer : List.of(ana, friend)) {
        assertThat(peer.ask("'type':'join','room':'%s'".formatted(room)).type())
            .isEqualTo("joined");
        peer.ask("'type':'presence','room':'%s'".formatted(room));
      }
      say(ana, room, "'id':'ana-1'");
      say(ana, room, "'id':'ana-2'");
      say(friend, room, "'reply_to':1");
      stored(friend, "'type':'react','room':'%s','target':1,'emoji':'\u2764'".formatted(room));
      stored(ana, "'type':'edit','room':'%s','target':2,'message':'%s too'".formatted(room, MARK));
      ana.ask("'type':'read','room':'%s','offset':2".formatted(room));
    }
    for (String from : List.of("{'message':'%s','id':'ana-1'}", "{'title':'%s','message':'m'}")) {
      assertThat(operator.post("/api/v1/clients/ana/notifications", from.formatted(MARK)).status())
          .isEqualTo(201);
    }
    notification = ana.next("notification").text("id");
    ana.ask("'type':'shown','id':'%s'".formatted(notification));
    friend.rest();
    ana.rest();
    known =
        new Attempts.Known(
            List.of("team.x", "team.x", "pair.ab", "team.new"),
            List.of("ana"),
            List.of(notification, notification.replaceFirst("^\\d+", "2")),
            List.of("ana-1", "ana-2", "ana-phone", "1", "lost", "~api", "~nobody", "team.*"),
            List.of(lost));
  }

  private static void say(FullPeer peer, String room, String more) {
    stored(
        peer,
        "'type':'chat','room':'%s','message':'%s','data':{'%s':1},%s"
            .formatted(room, MARK, MARK, more));
  }

  private static void stored(FullPeer peer, String fields) {
    Json reply = peer.ask(fields);
    assertThat(reply.type()).as(reply.text()).isEqualTo("ok");
  }

  /// What others can find out about them without a right, such as by guessing.
  Attempts.Known known() {
    return known;
  }

  /// All that the operator can read about them.
  Map<String, String> state() {
    Map<String, String> all = new LinkedHashMap<>();
    for (String room : List.of("team.x", "pair.ab", HIDDEN_ROOM, "team.new")) {
      for (String part : List.of("messages?limit=100", "members", "presence")) {
        read(all, "/api/v1/rooms/%s/%s".formatted(room, part));
      }
    }
    for (String client : List.of("ana", FRIEND)) {
      for (String part : List.of("", "/inbox", "/notifications", "/rooms")) {
        read(all, "/api/v1/clients/" + client + part);
      }
      for (String room : ROOMS) {
        read(all, "/api/v1/rooms/%s/messages?client=%s".formatted(room, client));
      }
    }
    read(all, "/api/v1/notifications/" + notification);
    read(all, "/api/v1/admin/keys");
    read(all, "/api/v1/admin/revocations");
    Json rooms = operator.get("/api/v1/rooms").json();
    assertThat(rooms.truth("more")).isFalse();
    all.put(
        "rooms",
        rooms.objects("rooms").stream()
            .filter(room -> room.text("room").matches("(team|pair)\\..*"))
            .map(room -> room.fields().toString())
            .toList()
            .toString());
    return all;
  }

  /// Without what changes by itself: an age, and the last use of the operator's key.
  private void read(Map<String, String> all, String path) {
    Caller.Answer answer = operator.get(path);
    all.put(path, answer.status() + " " + answer.body().replaceAll("\"(since|used)\":\\d+,?", ""));
  }

  /// Closes all that mallory has opened.
  void disconnectMallory() {
    assertThat(operator.send("DELETE", "/api/v1/clients/mallory/connections", null).status())
        .isEqualTo(200);
  }

  /// Nothing has reached them since the last time: the next that comes in each room and inbox is
  /// what the operator sends now.
  void assertNobodyNoticedAnything(String after) {
    String word = MARK + "-farewell-" + farewells++;
    for (String room : ROOMS) {
      assertThat(
              operator
                  .post(
                      "/api/v1/rooms/%s/messages".formatted(room),
                      "{'client':'ana','message':'%s'}".formatted(word))
                  .status())
          .isEqualTo(201);
    }
    for (String client : List.of("ana", FRIEND)) {
      assertThat(
              operator
                  .post(
                      "/api/v1/clients/%s/notifications".formatted(client),
                      "{'message':'%s'}".formatted(word))
                  .status())
          .isEqualTo(201);
    }
    for (FullPeer peer : List.of(ana, friend)) {
      for (int expected = 0; expected <= ROOMS.size(); expected++) {
        Json next = peer.next(frame -> true);
        assertThat(next.text()).as("what they receive after " + after).contains(word);
      }
      assertThat(peer.rest()).as("what they receive after " + after).isEmpty();
    }
  }

  @Override
  public void close() {
    ana.close();
    friend.close();
    operator.close();
  }
}
