package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the groups of a token open, and what they open no more when the configuration that is read
/// again says less.
final class GroupRightsTest {
  private static final String GROUPS =
      "{staff: ['room:team.a:join', 'room:team.a:send', 'notify:*'],"
          + " chatters: ['room:lobby:join', 'room:lobby:send'], 'ed*': [broadcast]}";

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start(settings(GROUPS));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Map<Setting, String> settings(String groups) {
    return TestTokens.settings(
        Map.of(
            Setting.AUTH_GROUPS, groups,
            Setting.ROOMS, "[{name: team.*, access: members}]",
            Setting.AUTH_CLAIMS_GROUPS, "realm.groups"));
  }

  private void reload(String groups) {
    Settings next = new Settings();
    new HashMap<>(settings(groups)).forEach(next::set);
    server.server().reload(Config.from(next));
  }

  private static String token(String client, String groups, String more) {
    return TestTokens.of(
        client,
        Instant.now().plusSeconds(3_600),
        ",'realm':{'groups':[%s]}%s".formatted(groups, more));
  }

  private FullPeer peer(String client, String groups) {
    return FullPeer.withToken(server, token(client, groups, ""));
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
  void aGroupGivesAndAnUnknownOneGivesNothing() {
    try (FullPeer ana = peer("ana", "'x','staff'");
        FullPeer ben = peer("ben", "'x','STAFF','sta*','*'")) {
      assertThat(join(ana, "team.a")).isEqualTo("joined");
      assertThat(chat(ana, "team.a")).isEqualTo("ok");
      assertThat(join(ana, "team.b")).isEqualTo("forbidden");
      assertThat(ask(ana, "'type':'notification','to':'ben','message':'m'")).isEqualTo("ok");
      assertThat(ask(ana, "'type':'broadcast_notification','message':'m'")).isEqualTo("forbidden");
      assertThat(join(ben, "team.a")).isEqualTo("forbidden");
      assertThat(chat(ben, "team.a")).isEqualTo("forbidden");
      assertThat(ask(ben, "'type':'notification','to':'ana','message':'m'")).isEqualTo("forbidden");
      assertThat(ask(ben, "'type':'broadcast_notification','message':'m'")).isEqualTo("forbidden");
    }
    try (Caller ana = new Caller(server, token("ana", "'staff'", ""));
        Caller ben = new Caller(server, token("ben", "'editors'", ""));
        Caller eve = new Caller(server, token("eve", "'ed*'", ""))) {
      assertThat(ana.post("/api/v1/rooms/team.a/messages", "{'message':'m'}").outcome())
          .isEqualTo("201");
      assertThat(ben.post("/api/v1/rooms/team.a/messages", "{'message':'m'}").outcome())
          .isEqualTo("403 forbidden");
      assertThat(ben.post("/api/v1/broadcasts", "{'message':'m'}").outcome())
          .as("a star in the name of a group stands for itself")
          .isEqualTo("403 forbidden");
      assertThat(eve.post("/api/v1/broadcasts", "{'message':'m'}").outcome()).isEqualTo("201");
    }
  }

  @Test
  void aGroupThatAReloadRemovesTakesAwayWhatItGaveOnOpenConnections() {
    try (FullPeer ana = peer("ana", "'staff'");
        FullPeer ben = peer("ben", "'new'")) {
      assertThat(join(ana, "team.a")).isEqualTo("joined");
      assertThat(join(ana, "hall")).isEqualTo("joined");
      ana.rest();
      reload("{new: ['room:team.a:join', 'room:team.a:send']}");
      Json left = ana.next("error");
      assertThat(left.text("room") + " " + left.text("code")).isEqualTo("team.a forbidden");
      assertThat(chat(ana, "team.a")).isEqualTo("forbidden");
      assertThat(ask(ana, "'type':'notification','to':'ben','message':'m'")).isEqualTo("forbidden");
      assertThat(join(ben, "team.a")).as("what a reload gives").isEqualTo("joined");
      assertThat(chat(ben, "team.a")).isEqualTo("ok");
      assertThat(chat(ben, "hall")).isEqualTo("ok");
      assertThat(ana.restAfter(frame -> frame.type().equals("chat")))
          .as("it is still in the other room")
          .extracting(frame -> frame.type() + " " + frame.text("room"))
          .containsExactly("chat hall");
    }
  }

  /// Its lobby is that of the base protocol, which no request joins or leaves.
  @Test
  void aBaseClientLeavesTheLobbyWithItsGroup() {
    String only = token("ana", "'chatters'", ",'can':[]");
    try (TestClient ana = TestClient.connect(server, "ana?token=" + only);
        FullPeer ben = peer("ben", "")) {
      assertThat(join(ben, "lobby")).isEqualTo("joined");
      ana.chat("Ana", "one");
      assertThat(ben.next("chat").text("message")).isEqualTo("one");
      reload("{staff: [broadcast]}");
      assertThat(ana.next(text -> text.contains("error"))).contains("forbidden");
      ben.ask("'type':'chat','room':'lobby','message':'two'");
      ana.chat("Ana", "three");
      assertThat(ana.next()).as("not two").contains("forbidden");
      reload(GROUPS);
      ana.chat("Ana", "four");
      assertThat(ben.next("chat").text("message")).isIn("two", "four");
    }
  }

  /// A stream has no requests of its own: what it may no longer read just ends.
  @Test
  void aStreamLeavesTheRoomWithItsGroup() throws IOException {
    try (RawSocket stream = RawSocket.open(server);
        FullPeer ben = peer("ben", "'staff'")) {
      stream.send(
          "GET /api/v1/stream?rooms=team.a HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(token("ana", "'staff'", "")));
      assertThat(stream.head()).startsWith("HTTP/1.1 200 ");
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(stream.socket().getInputStream(), StandardCharsets.UTF_8));
      await(lines, "\"joined\"");
      reload("{other: [broadcast]}");
      await(lines, "\"forbidden\"");
      assertThat(chat(ben, "team.a")).isEqualTo("forbidden");
    }
  }

  private static void await(BufferedReader lines, String text) throws IOException {
    String line;
    do {
      line = lines.readLine();
      assertThat(line).as("the stream has ended before " + text).isNotNull();
    } while (!line.contains(text));
  }
}
