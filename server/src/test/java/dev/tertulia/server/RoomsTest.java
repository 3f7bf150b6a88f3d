package dev.tertulia.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Sections 2, 3 and 5 of the protocol, row by row, over real sockets and a real database.
@Tag(ServerStore.PROTOCOL)
final class RoomsTest {
  private final TestServer server =
      TestServer.start(
          Map.of(
              Setting.ROOMS,
              "[{name: quick.*, kind: memory}, {name: cursor.*, kind: signal}, {name: short.*,"
                  + " entries: 5}]",
              Setting.LIMITS_MESSAGES_PER_SECOND,
              "0"));
  private final List<FullPeer> peers = new ArrayList<>();

  @AfterEach
  void end() {
    peers.forEach(FullPeer::close);
    server.awaitConnections(0);
    server.close();
  }

  private FullPeer hello(String client, String fields) {
    FullPeer peer = FullPeer.hello(server, client, fields);
    peers.add(peer);
    return peer;
  }

  private FullPeer in(String client, String... rooms) {
    FullPeer peer = hello(client, "");
    for (String room : rooms) {
      assertThat(peer.ask("'type':'join','room':'%s'".formatted(room)).type()).isEqualTo("joined");
    }
    return peer;
  }

  private static Json ok(FullPeer peer, String fields) {
    Json reply = peer.ask(fields);
    assertThat(reply.type()).as("%s: %s", fields, reply.text()).isEqualTo("ok");
    return reply;
  }

  private static String error(FullPeer peer, String fields) {
    Json reply = peer.ask(fields);
    assertThat(reply.type()).as("%s: %s", fields, reply.text()).isEqualTo("error");
    assertThat(reply.text("message")).isNotEmpty();
    return reply.text("code");
  }

  private static Json chat(FullPeer peer, String room, String message) {
    return ok(peer, "'type':'chat','room':'%s','message':'%s'".formatted(room, message));
  }

  private static Json join(FullPeer peer, String room, String more) {
    Json joined = peer.ask("'type':'join','room':'%s'%s".formatted(room, more));
    assertThat(joined.type()).as(joined.text()).isEqualTo("joined");
    return joined;
  }

  private static List<Json> history(FullPeer peer, String room) {
    return peer.ask("'type':'history','room':'%s'".formatted(room)).objects("messages");
  }

  private static List<String> messages(List<Json> frames) {
    return frames.stream()
        .filter(frame -> frame.type().equals("chat"))
        .map(frame -> frame.text("message"))
        .toList();
  }

  // Section 2.

  @Test
  void beforeHelloEverythingElseIsUnauthorized() {
    FullPeer peer = FullPeer.connect(server.port(), "ana");
    peers.add(peer);
    assertThat(error(peer, "'type':'rooms'")).isEqualTo("unauthorized");
    Json welcome = peer.ask("'type':'hello','rooms':{'lobby':null,'plaza':'0:0'},'inbox':null");
    assertThat(welcome.type()).isEqualTo("welcome");
    assertThat(welcome.text("client")).isEqualTo("ana");
    assertThat(welcome.number("unread")).isZero();
    assertThat(List.of(peer.next("joined").text("room"), peer.next("joined").text("room")))
        .containsExactlyInAnyOrder("lobby", "plaza");
    assertThat(peer.next("inbox").truth("recovered")).isTrue();
    assertThat(error(peer, "'type':'nothing'")).isEqualTo("unknown_type");
    assertThat(error(peer, "'type':'chat','room':'no name','message':'x'")).isEqualTo("invalid");
  }

  // Section 3.

  @Test
  void aChatIsStoredOnceAndGetsItsOkBeforeItsFrame() {
    FullPeer ana = in("ana", "plaza");
    FullPeer bea = in("bea", "plaza");
    ana.rest();
    Json reply =
        ok(
            ana,
            "'type':'chat','room':'plaza','message':'hola','sender':'Ana','id':'mine',"
                + "'data':{'a':[1,2]}");
    Json frame = bea.next("chat");
    for (String field : List.of("pos", "id")) {
      assertThat(frame.text(field)).isEqualTo(reply.text(field));
    }
    assertThat(frame.number("time")).isEqualTo(reply.number("time"));
    assertThat(frame.text()).contains("\"data\":{\"a\":[1,2]}", "\"sender\":\"Ana\"");
    Json again =
        ok(
            ana,
            "'type':'chat','room':'plaza','message':'hola','sender':'Ana','id':'mine',"
                + "'data':{'a':[1,2]}");
    assertThat(again.text("pos")).isEqualTo(reply.text("pos"));
    assertThat(error(ana, "'type':'chat','room':'plaza','message':'other','id':'mine'"))
        .isEqualTo("conflict");
    assertThat(messages(history(bea, "plaza"))).containsExactly("hola");
    assertThat(messages(ana.rest())).containsExactly("hola");
    assertThat(bea.rest()).isEmpty();
  }

  @Test
  void amendmentsAreEntriesAndHistoryShowsTheCurrentState() {
    FullPeer ana = in("ana", "plaza");
    FullPeer bea = in("bea", "plaza");
    long first = chat(ana, "plaza", "one").number("offset");
    long second = chat(ana, "plaza", "two").number("offset");
    String edit = "'type':'edit','room':'plaza','target':%s,'message':'ONE'".formatted(first);
    assertThat(error(bea, edit)).isEqualTo("forbidden");
    ok(ana, edit);
    Json edited = bea.next("edited");
    assertThat(edited.number("target")).isEqualTo(first);
    assertThat(edited.text("message")).isEqualTo("ONE");
    String react = "'type':'react','room':'plaza','target':%s,'emoji':'👍'".formatted(first);
    Json reaction = ok(bea, react);
    assertThat(ok(bea, react).text("pos")).isEqualTo(reaction.text("pos"));
    ok(ana, react);
    assertThat(bea.next("reaction").text("client")).isEqualTo("bea");
    Json shown = history(bea, "plaza").getFirst();
    assertThat(shown.text("message")).isEqualTo("ONE");
    assertThat(shown.number("edited")).isEqualTo(edited.number("time"));
    Json thumbs = shown.objects("reactions").getFirst();
    assertThat(thumbs.text("emoji")).isEqualTo("👍");
    assertThat(thumbs.number("count")).isEqualTo(2);
    assertThat(thumbs.truth("mine")).isTrue();
    ok(bea, react + ",'remove':true");
    assertThat(error(bea, react + ",'remove':true")).isEqualTo("not_found");
    thumbs = history(bea, "plaza").getFirst().objects("reactions").getFirst();
    assertThat(thumbs.number("count")).isEqualTo(1);
    assertThat(thumbs.truth("mine")).isFalse();
    String delete = "'type':'delete','room':'plaza','target':%s".formatted(first);
    assertThat(error(bea, delete)).isEqualTo("forbidden");
    ok(ana, delete);
    assertThat(bea.next("deleted").number("target")).isEqualTo(first);
    assertThat(error(ana, edit)).isEqualTo("not_found");
    assertThat(error(ana, react.replace("" + first, "99"))).isEqualTo("not_found");
    List<Json> now = history(bea, "plaza");
    assertThat(now).hasSize(2);
    assertThat(now.getFirst().truth("deleted")).isTrue();
    assertThat(now.getFirst().has("message")).isFalse();
    assertThat(now.getLast().number("offset")).isEqualTo(second);
    // Neither does a replay have the text.
    Json replayed = join(hello("eva", ""), "plaza", ",'after':'0:0'");
    assertThat(replayed.truth("recovered")).isTrue();
    assertThat(replayed.text()).doesNotContain("ONE", "\"one\"").contains("\"deleted\":true");
  }

  @Test
  void typingAndReadMarkersReachTheOthers() {
    FullPeer ana = in("ana", "plaza");
    FullPeer phone = in("ana", "plaza");
    FullPeer bea = in("bea", "plaza");
    for (int i = 1; i <= 3; i++) {
      chat(bea, "plaza", "m" + i);
    }
    ok(ana, "'type':'typing','room':'plaza','sender':'Ana'");
    assertThat(bea.next("typing").text("client")).isEqualTo("ana");
    assertThat(ok(ana, "'type':'read','room':'plaza','offset':2").number("offset")).isEqualTo(2);
    assertThat(bea.next("read").number("offset")).isEqualTo(2);
    assertThat(phone.next("read").text("client")).isEqualTo("ana");
    assertThat(ok(ana, "'type':'read','room':'plaza','offset':1").number("offset")).isEqualTo(2);
    List<Json> rooms = ana.ask("'type':'rooms'").objects("rooms");
    assertThat(rooms)
        .singleElement()
        .satisfies(room -> {
          assertThat(room.text("room")).isEqualTo("plaza");
          assertThat(room.number("head")).isEqualTo(3);
          assertThat(room.number("read")).isEqualTo(2);
          assertThat(room.number("unread")).isEqualTo(1);
        });
    assertThat(ok(ana, "'type':'read','room':'plaza','offset':900").number("offset")).isEqualTo(3);
    assertThat(bea.ask("'type':'rooms'").objects("rooms").getFirst().number("unread")).isZero();
  }

  @Test
  void presenceTellsWhoComesAndLeaves() {
    FullPeer ana = in("ana", "plaza");
    Json first = ana.ask("'type':'presence','room':'plaza'");
    assertThat(first.number("count")).isEqualTo(1);
    FullPeer bea = in("bea", "plaza");
    Json came = ana.nextPresenceOf("bea");
    assertThat(came.text("event")).isEqualTo("joined");
    assertThat(came.number("count")).isEqualTo(2);
    ok(bea, "'type':'leave','room':'plaza'");
    assertThat(ana.next("presence").text("event")).isEqualTo("left");
    chat(ana, "plaza", "m");
    assertThat(bea.rest()).isEmpty();
  }

  @Test
  void historyGoesBackAndForthInPages() {
    FullPeer ana = in("ana", "plaza");
    for (int i = 1; i <= 25; i++) {
      chat(ana, "plaza", "m" + i);
    }
    Json newest = ana.ask("'type':'history','room':'plaza','limit':10");
    assertThat(messages(newest.objects("messages"))).startsWith("m16").endsWith("m25").hasSize(10);
    assertThat(newest.truth("more")).isTrue();
    assertThat(newest.number("offset")).isEqualTo(25);
    Json before = ana.ask("'type':'history','room':'plaza','limit':10,'before':6");
    assertThat(messages(before.objects("messages"))).containsExactly("m1", "m2", "m3", "m4", "m5");
    assertThat(before.truth("more")).isFalse();
    Json after = ana.ask("'type':'history','room':'plaza','limit':3,'after':20");
    assertThat(messages(after.objects("messages"))).containsExactly("m21", "m22", "m23");
    assertThat(error(ana, "'type':'history','room':'plaza','limit':201")).isEqualTo("invalid");
  }

  @Test
  void roomsOfEachKindKeepWhatTheyPromise() {
    FullPeer ana = in("ana", "quick.a", "cursor.a", "short.a");
    FullPeer bea = in("bea", "quick.a", "cursor.a");
    chat(ana, "quick.a", "kept for a while");
    assertThat(messages(history(bea, "quick.a"))).containsExactly("kept for a while");
    assertThat(bea.next("chat").has("pos")).isTrue();
    assertThat(chat(ana, "cursor.a", "gone").has("pos")).isFalse();
    assertThat(bea.next("chat").has("offset")).isFalse();
    assertThat(history(bea, "cursor.a")).isEmpty();
    assertThat(error(ana, "'type':'delete','room':'cursor.a','target':1")).isEqualTo("not_found");
    for (int i = 1; i <= 9; i++) {
      chat(ana, "short.a", "s" + i);
    }
    await().atMost(TestServer.PATIENCE).until(() -> messages(history(ana, "short.a")).size() == 5);
    assertThat(messages(history(ana, "short.a"))).startsWith("s5").endsWith("s9");
    // What was removed can't be shown to be complete.
    Json joined = join(bea, "short.a", ",'after':'0:0'");
    assertThat(joined.truth("recovered")).isFalse();
    assertThat(messages(joined.objects("messages"))).endsWith("s9");
  }

  // Section 5.

  @Test
  void aPositionIsResumedExactlyAndAForeignOneIsNot() {
    FullPeer ana = in("ana", "plaza");
    String at = chat(ana, "plaza", "m1").text("pos");
    chat(ana, "plaza", "m2");
    String last = chat(ana, "plaza", "m3").text("pos");
    FullPeer bea = hello("bea", "");
    Json joined = join(bea, "plaza", ",'after':'%s'".formatted(at));
    assertThat(joined.truth("recovered")).isTrue();
    assertThat(messages(joined.objects("messages"))).containsExactly("m2", "m3");
    assertThat(joined.text("after")).isEqualTo(last);
    ok(bea, "'type':'leave','room':'plaza'");
    Json nothing = join(bea, "plaza", ",'after':'%s'".formatted(last));
    assertThat(nothing.truth("recovered")).isTrue();
    assertThat(nothing.objects("messages")).isEmpty();
    for (String foreign : List.of("zz:1", last.replaceFirst(":.*", ":77"))) {
      ok(bea, "'type':'leave','room':'plaza'");
      Json not = join(bea, "plaza", ",'after':'%s'".formatted(foreign));
      assertThat(not.truth("recovered")).as(foreign).isFalse();
      assertThat(messages(not.objects("messages"))).containsExactly("m1", "m2", "m3");
    }
  }

  @Test
  void aLongReplayMeetsWhatIsLiveWithoutAGapOrADouble() {
    FullPeer ana = in("ana", "plaza");
    String start = chat(ana, "plaza", "m0").text("pos");
    for (int i = 1; i <= 1_500; i++) {
      ana.say("'type':'chat','room':'plaza','message':'m%s'".formatted(i));
    }
    chat(ana, "plaza", "m1501");
    FullPeer bea = hello("bea", "");
    Json joined = join(bea, "plaza", ",'after':'%s'".formatted(start));
    assertThat(joined.truth("recovered")).isTrue();
    assertThat(joined.truth("more")).isTrue();
    for (int i = 1_502; i <= 2_000; i++) {
      ana.say("'type':'chat','room':'plaza','message':'m%s'".formatted(i));
    }
    List<String> all = new ArrayList<>(messages(joined.objects("messages")));
    boolean caughtUp = false;
    while (!caughtUp || !all.getLast().equals("m2000")) {
      Json frame = bea.next(any -> any.has("room"));
      caughtUp |= frame.type().equals("caught_up");
      if (frame.type().equals("chat")) {
        all.add(frame.text("message"));
      }
    }
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 2_000; i++) {
      expected.add("m" + i);
    }
    assertThat(all).isEqualTo(expected);
  }

  /// Clients come, go and resume at random while others send: each sees all entries of each room,
  /// once and in their order.
  @Test
  void whoResumesAtRandomSeesEveryEntryOnce() {
    Seeded seed = Seeded.print();
    RandomGenerator random = seed.random();
    List<String> rooms = List.of("plaza", "patio", "quick.b");
    FullPeer ana = in("ana", rooms.toArray(String[]::new));
    Map<String, String> positions = new HashMap<>();
    Map<String, List<String>> seen = new HashMap<>();
    Map<String, List<String>> sent = new HashMap<>();
    rooms.forEach(room -> {
      positions.put(room, "0:0");
      seen.put(room, new ArrayList<>());
      sent.put(room, new ArrayList<>());
    });
    for (int round = 0; round < 30; round++) {
      say(ana, random, rooms, sent);
      try (FullPeer bea = FullPeer.hello(server, "bea", "")) {
        for (String room : rooms) {
          Json joined = join(bea, room, ",'after':'%s'".formatted(positions.get(room)));
          assertThat(joined.truth("recovered")).as(seed + joined.text()).isTrue();
          joined.objects("messages").forEach(entry -> take(entry, room, positions, seen));
        }
        say(ana, random, rooms, sent);
        if (random.nextBoolean()) {
          for (String room : rooms) {
            String last = chat(ana, room, "last of " + round).text("pos");
            requireNonNull(sent.get(room)).add("last of " + round);
            while (!requireNonNull(positions.get(room)).equals(last)) {
              // The end of an earlier connection is told without a position.
              Json frame = bea.next(any -> any.type().equals("chat") && any.has("pos"));
              take(frame, frame.text("room"), positions, seen);
            }
          }
        }
      }
    }
    try (FullPeer bea = FullPeer.hello(server, "bea", "")) {
      for (String room : rooms) {
        join(bea, room, ",'after':'%s'".formatted(positions.get(room)))
            .objects("messages")
            .forEach(entry -> take(entry, room, positions, seen));
      }
    }
    assertThat(seen).as(seed.toString()).isEqualTo(sent);
  }

  private static void say(
      FullPeer ana, RandomGenerator random, List<String> rooms, Map<String, List<String>> sent) {
    for (int i = random.nextInt(12); i > 0; i--) {
      String room = rooms.get(random.nextInt(rooms.size()));
      String message = "m" + requireNonNull(sent.get(room)).size();
      chat(ana, room, message);
      requireNonNull(sent.get(room)).add(message);
    }
  }

  private static void take(
      Json entry, String room, Map<String, String> positions, Map<String, List<String>> seen) {
    positions.put(room, entry.text("pos"));
    requireNonNull(seen.get(room)).add(entry.text("message"));
  }
}
