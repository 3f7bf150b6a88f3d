package dev.tertulia.server.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Server-Sent Events: the same frames as over WebSocket, and the same promises.
@Tag(ServerStore.PROTOCOL)
final class StreamTest {
  @SuppressWarnings("NullAway.Init") // Set by start(), with which each test begins.
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // The same.
  private Api api;

  private void start(Map<Setting, String> settings) {
    server = TestServer.start(settings);
    api = new Api(server);
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  private long say(String room, String text) {
    return api.postText("/api/v1/rooms/" + room + "/messages?client=ci", text)
        .ok(201)
        .number("offset");
  }

  /// Reads up to the frame with which all that was asked for has come.
  private static void awaitInbox(Events events) {
    events.next(frame -> frame.type().equals("inbox"));
  }

  @Test
  void aStreamDeliversARoomLive() {
    start(Map.of());
    say("lobby", "before");
    try (Events events = Events.open(server, "client=ana&rooms=lobby", "")) {
      assertThat(events.head())
          .startsWith("HTTP/1.1 200 OK\r\n")
          .containsIgnoringCase("content-type: text/event-stream; charset=utf-8\r\n")
          .containsIgnoringCase("cache-control: no-store, no-transform\r\n")
          .containsIgnoringCase("x-content-type-options: nosniff\r\n");
      Json welcome = events.next().json();
      assertThat(welcome.type()).isEqualTo("welcome");
      assertThat(welcome.text("client")).isEqualTo("ana");
      Events.Event joined = events.next();
      assertThat(joined.json().type()).isEqualTo("joined");
      assertThat(joined.json().objects("messages"))
          .extracting(m -> m.text("message"))
          .containsExactly("before");
      assertThat(joined.id()).isEqualTo("lobby/" + joined.json().text("after"));
      Events.Event inbox = events.next();
      assertThat(inbox.json().type()).isEqualTo("inbox");
      assertThat(parts(inbox.id())).hasSize(3).contains(joined.id());
      say("lobby", "now");
      Events.Event live = events.next();
      assertThat(live.json().text("message")).isEqualTo("now");
      assertThat(parts(live.id())).hasSize(3).contains("lobby/" + live.json().text("pos"));
      Json view = api.get("/api/v1/clients/ana").ok(200).objects("connections").getFirst();
      assertThat(view.text("protocol")).isEqualTo("stream");
      assertThat(view.text("connection")).isEqualTo(welcome.text("connection"));
    }
    server.awaitConnections(0);
  }

  private static List<String> parts(String id) {
    return List.of(id.split(",", -1));
  }

  @Test
  void aSignalHasNoId() {
    start(Map.of());
    try (Events events = Events.open(server, "client=ana&rooms=lobby", "");
        Talker bob = Talker.connect(server, "bob")) {
      awaitInbox(events);
      bob.ask("{\"type\":\"typing\",\"room\":\"lobby\"}");
      Events.Event typing = events.next();
      assertThat(typing.json().type()).isEqualTo("typing");
      assertThat(typing.id()).isEmpty();
    }
  }

  /// Reads a little, goes away without a word, and comes back with the last id: again and again,
  /// while others talk in three rooms.
  @Test
  void reconnectingWithTheLastIdNeitherMissesNorRepeatsEvents() throws Exception {
    start(Map.of());
    int messages = 300;
    RandomGenerator random = Seeded.print().random();
    List<String> rooms = List.of("a+b", "b", "c");
    Thread talker =
        Thread.startVirtualThread(() -> {
          for (int i = 1; i <= messages; i++) {
            for (String room : rooms) {
              say(room, room + i);
            }
          }
        });
    Map<String, List<Long>> seen = new TreeMap<>();
    rooms.forEach(room -> seen.put(room, new ArrayList<>()));
    String lastId = "";
    int visits = 0;
    while (seen.values().stream().anyMatch(offsets -> offsets.size() < messages)) {
      visits++;
      // From the beginning of each log, which every room has.
      String query = "client=ana&rooms=a%2Bb,b,c";
      try (Events events = Events.open(server, query, lastId)) {
        int reads = 3 + random.nextInt(40);
        for (int i = 0; i < reads; i++) {
          if (seen.values().stream().allMatch(offsets -> offsets.size() == messages)) {
            break;
          }
          Json frame = events.next().json();
          if (frame.type().equals("joined")) {
            assertThat(frame.truth("recovered")).isTrue();
            frame.objects("messages").forEach(message -> add(seen, message));
          } else if (frame.type().equals("chat")) {
            add(seen, frame);
          }
          lastId = events.lastId();
        }
      }
    }
    talker.join();
    assertThat(visits).isGreaterThan(2);
    for (String room : rooms) {
      List<Long> expected = new ArrayList<>();
      for (long offset = 1; offset <= messages; offset++) {
        expected.add(offset);
      }
      assertThat(seen.get(room)).as(room).isEqualTo(expected);
    }
  }

  private static void add(Map<String, List<Long>> seen, Json message) {
    Objects.requireNonNull(seen.get(message.text("room"))).add(message.number("offset"));
  }

  @Test
  void theLastIdMayBeAQueryParameter() {
    start(Map.of());
    for (int i = 1; i <= 3; i++) {
      say("r", "m" + i);
    }
    String pos =
        api.get("/api/v1/rooms/r/messages").ok(200).objects("messages").getFirst().text("pos");
    for (String after : List.of(pos, "r/" + pos)) {
      try (Events events = Events.open(server, "client=ana&rooms=r&after=" + after, "")) {
        Json joined = events.next(frame -> frame.type().equals("joined")).json();
        assertThat(joined.truth("recovered")).isTrue();
        assertThat(joined.objects("messages"))
            .extracting(m -> m.text("message"))
            .containsExactly("m2", "m3");
      }
    }
    try (Events events = Events.open(server, "client=ana&rooms=r&after=zzz:1", "")) {
      Json joined = events.next(frame -> frame.type().equals("joined")).json();
      assertThat(joined.truth("recovered")).isFalse();
    }
    try (Events events = Events.open(server, "client=ana&rooms=r&after=zzz:1", "r/" + pos)) {
      Json joined = events.next(frame -> frame.type().equals("joined")).json();
      assertThat(joined.truth("recovered")).as("the browser's word counts more").isTrue();
    }
  }

  /// What a client says of rooms that are not of its stream costs nothing from then on.
  @Test
  void topicsOutsideTheStreamAreDroppedFromAnId() {
    start(Map.of());
    String pos = api.postText("/api/v1/rooms/r/messages?client=ci", "m1").ok(201).text("pos");
    StringBuilder id = new StringBuilder("r/" + pos);
    for (int i = 0; i < 1_000; i++) {
      id.append(",x").append(i).append("/k:").append(i);
    }
    try (Events events = Events.open(server, "client=ana&rooms=r", id.toString())) {
      Events.Event joined = events.next(frame -> frame.type().equals("joined"));
      assertThat(joined.json().truth("recovered")).isTrue();
      assertThat(joined.id()).isEqualTo("r/" + pos);
      awaitInbox(events);
      say("r", "m2");
      assertThat(parts(events.next().id())).hasSize(3);
    }
  }

  /// What a page of any site makes a browser ask for, as an image, a frame or a style sheet, where
  /// browsers say nothing of it by themselves; and what a script, or another program, asks for.
  @Test
  void aStreamMustBeRequestedExplicitly() {
    start(Map.of());
    String browser = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Firefox/153.0\r\n";
    for (String fields :
        List.of(
            browser,
            browser + "Accept: */*\r\n",
            browser + "Accept: image/avif,image/webp,*/*;q=0.8\r\n",
            "Accept: image/avif,image/webp,*/*;q=0.8\r\n",
            "Accept: text/html,application/xhtml+xml\r\nAccept: */*;q=0.8\r\n",
            "Accept: text/css,*/*;q=0.1\r\n",
            "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\nAccept: */*\r\n",
            "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nAccept: text/html\r\n")) {
      assertThat(headOf(fields)).as(fields).startsWith("HTTP/1.1 403 ");
    }
    assertThat(server.server().registry().connections()).isZero();
    for (String fields :
        List.of(
            "",
            "User-Agent: curl/8.5.0\r\nAccept: */*\r\n",
            "Accept: text/event-stream\r\n",
            browser + "Accept: text/event-stream\r\n",
            browser + "Accept: Text/Event-Stream;q=1, */*;q=0.5\r\n",
            browser + "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nAccept: */*\r\n")) {
      assertThat(headOf(fields)).as(fields).startsWith("HTTP/1.1 200 ");
    }
    server.awaitConnections(0);
  }

  private String headOf(String fields) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "GET /api/v1/stream?client=ana HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
      return socket.head();
    }
  }

  /// As many rooms as a stream may have, with the longest names that there are.
  @Test
  void theLongestIdFitsInAnAddress() {
    start(Map.of());
    List<String> rooms = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      rooms.add((100 + i) + "r".repeat(125));
      say(rooms.get(i), "before");
    }
    String query = "client=ana&rooms=" + String.join(",", rooms);
    String id;
    try (Events events = Events.open(server, query, "")) {
      awaitInbox(events);
      id = events.lastId();
    }
    assertThat(parts(id)).hasSize(52);
    rooms.forEach(room -> say(room, "after"));
    for (String resumed : List.of(query + "&after=" + id, query)) {
      String header = resumed.equals(query) ? id : "";
      try (Events events = Events.open(server, resumed, header)) {
        assertThat(events.head()).startsWith("HTTP/1.1 200 ");
        for (int i = 0; i < 50; i++) {
          Json joined = events.next(frame -> frame.type().equals("joined")).json();
          assertThat(joined.truth("recovered")).isTrue();
          assertThat(joined.objects("messages"))
              .extracting(m -> m.text("message"))
              .containsExactly("after");
        }
      }
    }
  }

  @Test
  void commentsAreSentWhileNothingElseIs() {
    start(Map.of(Setting.HEARTBEAT_INTERVAL, "50ms", Setting.HEARTBEAT_TIMEOUT, "150ms"));
    try (Events events = Events.open(server, "client=ana&rooms=lobby", "")) {
      for (int i = 0; i < 10; i++) {
        events.awaitComment();
      }
      say("lobby", "still there");
      assertThat(events.next().json().text("message")).isEqualTo("still there");
    }
  }

  @Test
  void aClientThatDoesNotReadIsClosedAndMissesNothing() {
    start(Map.of(Setting.LIMITS_SEND_QUEUE_BYTES, "64KiB"));
    String text = "x".repeat(60_000);
    int said = 0;
    List<Long> seen = new ArrayList<>();
    String lastId;
    try (Events events = Events.openSlow(server, "client=ana&rooms=r")) {
      awaitInbox(events);
      while (server.server().registry().connections() > 0) {
        assertThat(said).isLessThan(1_000);
        say("r", text);
        said++;
      }
      Events.Event event = events.poll();
      while (event != null && !event.kind().equals("close")) {
        seen.add(event.json().number("offset"));
        event = events.poll();
      }
      lastId = events.lastId();
    }
    assertThat(seen.size()).isLessThan(said);
    try (Events events = Events.open(server, "client=ana&rooms=r", lastId)) {
      while (seen.size() < said) {
        Json frame = events.next().json();
        if (frame.type().equals("joined")) {
          assertThat(frame.truth("recovered")).isTrue();
          frame.objects("messages").forEach(message -> seen.add(message.number("offset")));
        } else if (frame.type().equals("chat")) {
          seen.add(frame.number("offset"));
        }
      }
    }
    for (int i = 0; i < said; i++) {
      assertThat(seen.get(i)).isEqualTo(i + 1L);
    }
    server.awaitConnections(0);
  }

  @Test
  void aClosedStreamIsToldTheReason() {
    start(Map.of(Setting.LIMITS_CONNECTIONS_PER_CLIENT, "1"));
    try (Events events = Events.open(server, "client=ana&rooms=lobby", "")) {
      awaitInbox(events);
      try (Events second = Events.open(server, "client=ana&rooms=lobby", "")) {
        assertThat(second.next())
            .isEqualTo(
                new Events.Event(
                    "close", "{\"code\":4502,\"reason\":\"too_many_connections\"}", ""));
        assertThat(second.poll()).isNull();
      }
      assertThat(
              api.send("DELETE", "/api/v1/clients/ana/connections", null)
                  .ok(200)
                  .number("disconnected"))
          .isEqualTo(1);
      assertThat(events.next().data()).isEqualTo("{\"code\":4501,\"reason\":\"disconnected\"}");
      assertThat(events.poll()).isNull();
    }
    server.awaitConnections(0);
  }

  @Test
  void aStoppingServerTellsItsStreams() throws InterruptedException {
    start(Map.of());
    Thread closing;
    try (Events events = Events.open(server, "client=ana&rooms=lobby", "")) {
      awaitInbox(events);
      closing = Thread.startVirtualThread(server.server()::close);
      assertThat(events.next().data()).isEqualTo("{\"code\":1001,\"reason\":\"going away\"}");
      assertThat(events.poll()).isNull();
    }
    closing.join();
  }

  @Test
  void aClientThatHangsUpIsRemoved() {
    start(Map.of());
    try (Events events = Events.open(server, "client=ana&rooms=lobby", "")) {
      awaitInbox(events);
      server.awaitConnections(1);
      events.socket().shutdownOutput();
      server.awaitConnections(0);
    }
    Events events = Events.open(server, "client=ana&rooms=lobby", "");
    awaitInbox(events);
    events.socket().reset();
    server.awaitConnections(0);
  }

  /// Lets a client hear who comes and goes in the lobby.
  private void watch(Talker talker) {
    talker.ask("{\"type\":\"join\",\"room\":\"lobby\"}");
    // Its own arrival has passed when this comes.
    say("lobby", "here");
    assertThat(talker.next().text("message")).isEqualTo("here");
    talker.ask("{\"type\":\"presence\",\"room\":\"lobby\"}");
  }

  @Test
  void aClientThatComesBackToItsStreamHasNotLeft() {
    start(Map.of());
    try (Talker luis = Talker.connect(server, "luis")) {
      watch(luis);
      for (int i = 0; i < 3; i++) {
        try (Events events = Events.open(server, "client=ana&rooms=lobby", "")) {
          awaitInbox(events);
          server.awaitConnections(2);
        }
        server.awaitConnections(1);
      }
      say("lobby", "after it");
      Json told = luis.next();
      assertThat(told.text("event")).isEqualTo("joined");
      assertThat(told.text("client")).isEqualTo("ana");
      assertThat(luis.next().text("message")).isEqualTo("after it");
      assertThat(luis.ask("{\"type\":\"presence\",\"room\":\"lobby\"}").number("count"))
          .isEqualTo(2);
    }
  }

  @Test
  void aClientThatDoesNotComeBackToItsStreamHasLeftAfterAHeartbeatInterval() {
    start(Map.of(Setting.HEARTBEAT_INTERVAL, "200ms"));
    try (Talker luis = Talker.connect(server, "luis")) {
      watch(luis);
      try (Talker phone = Talker.connect(server, "ana")) {
        phone.ask("{\"type\":\"join\",\"room\":\"lobby\"}");
        try (Events events = Events.open(server, "client=ana&rooms=lobby", "")) {
          awaitInbox(events);
          server.awaitConnections(3);
        }
        server.awaitConnections(2);
      }
      assertThat(luis.next().text("event")).isEqualTo("joined");
      // Presence and the room are two topics, so either may come first.
      Map<String, Json> told = new HashMap<>();
      for (int i = 0; i < 2; i++) {
        Json frame = luis.next();
        told.put(frame.text("type"), frame);
      }
      assertThat(told).containsOnlyKeys("presence", "chat");
      assertThat(requireNonNull(told.get("presence")).text("event")).isEqualTo("left");
      Json departure = requireNonNull(told.get("chat"));
      assertThat(departure.truth("system")).isTrue();
      assertThat(departure.text("client")).isEqualTo("ana");
      say("lobby", "after it");
      assertThat(luis.next().text("message")).as("it was told once").isEqualTo("after it");
    }
  }

  @Test
  void onlyMembersMayJoinOverAStream() {
    start(Map.of(Setting.ROOMS, "[{name: team.*, access: members}]"));
    api.send("PUT", "/api/v1/rooms/team.a/members/ana", null);
    try (Events events = Events.open(server, "client=ana&rooms=team.a,team.b", "")) {
      assertThat(events.next(frame -> frame.type().equals("joined")).json().text("room"))
          .isEqualTo("team.a");
      Json refused = events.next(frame -> frame.type().equals("error")).json();
      assertThat(refused.text("room")).isEqualTo("team.b");
      assertThat(refused.text("code")).isEqualTo("forbidden");
      api.send("DELETE", "/api/v1/rooms/team.a/members/ana", null);
      assertThat(events.next(frame -> frame.type().equals("error")).json().text("room"))
          .isEqualTo("team.a");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "rooms=lobby,                                    client",
    "client=&rooms=lobby,                            client",
    "client=a%20b,                                   client",
    "client=ana&rooms=a%20b,                         rooms",
    "'client=ana&rooms=a,,b',                        rooms",
    "client=ana&room=lobby,                          'room'",
    "client=ana&client=bob,                          'client'",
    "client=ana&rooms=a&after=x/,                    'x/'",
    "'client=ana&rooms=a,b&after=k:1',               'k:1'",
  })
  void anInvalidParameterIsRefusedByName(String query, String names) {
    start(Map.of());
    Json problem = api.get("/api/v1/stream?" + query).problem(400, "invalid");
    assertThat(problem.text("detail")).contains(names);
    api.get("/api/v1/stream?client=a&rooms=r", "Last-Event-ID", "nonsense!/")
        .problem(400, "invalid");
    StringBuilder many = new StringBuilder("r0");
    for (int i = 1; i <= 50; i++) {
      many.append(",r").append(i);
    }
    api.get("/api/v1/stream?client=a&rooms=" + many).problem(400, "invalid");
    Api.Answer head = api.send("HEAD", "/api/v1/stream?client=a", null);
    assertThat(head.status()).isEqualTo(405);
    assertThat(head.header("Allow")).isEqualTo("GET");
  }

  /// Every part of an `id` that a client gives is read, and so no line of it gets into a stream.
  @Test
  void anInvalidIdIsRefused() {
    start(Map.of());
    String forged = "%0A%0Aevent:%20close%0Adata:%20%7B%22code%22:4501%7D";
    for (String after :
        List.of(
            "x",
            "a/k:1,b/x",
            "a/k:1,a/k:1",
            "a/k:-1",
            "a/K:1",
            "a/k:1" + forged,
            "k:1%0Aid:%20x",
            "k:1%0D",
            "b/k:1" + forged,
            "%2Ainbox/k:1" + forged,
            "%2Abroadcasts/%0Ak:1",
            "%2Aother/k:1")) {
      assertRefused("client=ana&rooms=a&after=" + after);
    }
    assertRefused("client=a&rooms=r%0Aid:x");
    assertRefused("client=a%0Adata:x");
  }

  private void assertRefused(String query) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "GET /api/v1/stream?%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
              .formatted(query));
      assertThat(socket.head()).as(query).startsWith("HTTP/1.1 400 ");
      assertThat(socket.untilEnd()).contains("\"code\":\"invalid\"");
    }
  }

  /// Its queue has room for all that is said: what it does not take is how it is known.
  @Test
  void aStreamThatAcceptsNothingForTheTimeoutIsClosed() {
    start(
        Map.of(
            Setting.HEARTBEAT_INTERVAL, "100ms",
            Setting.HEARTBEAT_TIMEOUT, "1s",
            Setting.LIMITS_BYTES_PER_SECOND, "0",
            Setting.LIMITS_SEND_QUEUE_BYTES, "64MiB"));
    String text = "x".repeat(60_000);
    try (Events deaf = Events.openSlow(server, "client=deaf&rooms=r");
        Events ana = Events.open(server, "client=ana&rooms=r", "")) {
      awaitInbox(deaf);
      awaitInbox(ana);
      server.awaitConnections(2);
      for (int i = 0; i < 200; i++) {
        say("r", text);
        assertThat(ana.next(frame -> frame.has("offset")).json().number("offset"))
            .isEqualTo(i + 1L);
      }
      server.awaitConnections(1);
      say("r", "goes on");
      assertThat(ana.next(frame -> frame.has("offset")).json().text("message"))
          .isEqualTo("goes on");
    }
  }

  @Test
  void readMarksAndRevocationsReachTheStream() {
    start(Map.of());
    String inbox = "/api/v1/clients/ana/notifications";
    String one = api.postText(inbox, "one").ok(201).text("id");
    String two = api.postText(inbox, "two").ok(201).text("id");
    String lastId;
    try (Events events = Events.open(server, "client=ana", "");
        Talker phone = Talker.connect(server, "ana")) {
      Json welcome = events.next().json();
      assertThat(welcome.number("unread")).isEqualTo(2);
      awaitInbox(events);
      phone.ask("{\"type\":\"inbox_read\",\"ids\":[\"%s\"]}".formatted(one));
      Events.Event read = events.next();
      assertThat(read.json().type()).isEqualTo("inbox_read");
      assertThat(read.json().number("unread")).isEqualTo(1);
      assertThat(read.id()).contains("*inbox/" + read.json().text("pos").replace("+", ""));
      lastId = events.lastId();
    }
    assertThat(api.send("DELETE", "/api/v1/notifications/" + two, null).status()).isEqualTo(204);
    String all = api.postText("/api/v1/broadcasts", "all").ok(201).text("id");
    api.send("DELETE", "/api/v1/notifications/" + all, null);
    try (Events events = Events.open(server, "client=ana", lastId)) {
      Json missed = events.next(frame -> frame.type().equals("inbox")).json();
      assertThat(missed.truth("recovered")).isTrue();
      assertThat(missed.objects("notifications"))
          .extracting(frame -> frame.type() + " " + frame.text("id"))
          .containsExactly("notification_revoked " + two, "notification_revoked " + all);
    }
  }

  /// More than the first answer holds, in a room and in the inbox, and cut off in the midst of it.
  @Test
  void anInterruptedReplayContinuesAfterTheLastEventReceived() {
    start(Map.of());
    String lastId;
    try (Events events = Events.open(server, "client=ana&rooms=r", "")) {
      awaitInbox(events);
      say("r", "first");
      events.next();
      api.postText("/api/v1/clients/ana/notifications", "first").ok(201);
      events.next();
      lastId = events.lastId();
    }
    int count = 450;
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      say("r", "m" + i);
      api.postText(i % 3 == 0 ? "/api/v1/broadcasts" : "/api/v1/clients/ana/notifications", "m" + i)
          .ok(201);
      expected.add("m" + i);
    }
    List<String> said = new ArrayList<>();
    List<String> notified = new ArrayList<>();
    int caughtUp = 0;
    int visits = 0;
    while (said.size() < count || notified.size() < count) {
      visits++;
      try (Events events = Events.open(server, "client=ana&rooms=r", lastId)) {
        for (int i = 0; i < 320 && (said.size() < count || notified.size() < count); i++) {
          Json frame = events.next().json();
          switch (frame.type()) {
            case "joined" -> {
              assertThat(frame.truth("recovered")).isTrue();
              frame.objects("messages").forEach(one -> said.add(one.text("message")));
            }
            case "inbox" -> {
              assertThat(frame.truth("recovered")).isTrue();
              frame.objects("notifications").forEach(one -> notified.add(one.text("message")));
            }
            case "chat" -> said.add(frame.text("message"));
            case "notification" -> notified.add(frame.text("message"));
            case "caught_up" -> caughtUp++;
            default -> assertThat(frame.type()).isEqualTo("welcome");
          }
          lastId = events.lastId();
        }
      }
    }
    assertThat(visits).isGreaterThan(1);
    assertThat(caughtUp).isPositive();
    assertThat(said).isEqualTo(expected);
    assertThat(notified).isEqualTo(expected);
  }

  @Test
  void aStreamAboveTheConnectionLimitIsRefused() {
    start(Map.of(Setting.LIMITS_CONNECTIONS, "1"));
    // Each node has as many.
    List<Events> all = new ArrayList<>();
    try {
      for (int i = 0; i < server.nodes(); i++) {
        all.add(Events.open(server, "client=ana", ""));
        awaitInbox(all.getLast());
      }
      Api.Answer refused = api.get("/api/v1/stream?client=bob");
      refused.problem(503, "unavailable");
      assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(10, 19);
    } finally {
      all.forEach(Events::close);
    }
    server.awaitConnections(0);
    try (Events events = Events.open(server, "client=bob", "")) {
      awaitInbox(events);
    }
  }

  @Test
  void aPageOfAnAllowedOriginMayReadTheStream() {
    String origin = "https://app.example.org";
    start(Map.of(Setting.ORIGINS, origin));
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "GET /api/v1/stream?client=ana HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nOrigin: %s\r\n\r\n"
              .formatted(server.port(), origin));
      assertThat(socket.head())
          .startsWith("HTTP/1.1 200 OK\r\n")
          .containsIgnoringCase("access-control-allow-origin: " + origin + "\r\n")
          .containsIgnoringCase("vary: origin\r\n");
    }
    server.awaitConnections(0);
  }
}
