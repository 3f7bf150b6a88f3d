package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a client without WebSocket asks for over HTTP: the same as over WebSocket, with the same
/// effect on others.
@Tag(ServerStore.PROTOCOL)
final class ClientRequestsApiTest {
  private static TestServer server;
  private static Api api;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of(
                Setting.ROOMS,
                "[{name: cursor.*, kind: signal}, {name: team.*, access: members}]"));
    api = new Api(server);
  }

  @AfterAll
  static void stop() {
    api.close();
    server.close();
  }

  private static String messages(String room) {
    return "/api/v1/rooms/" + room + "/messages";
  }

  private static String inboxOf(String client) {
    return "/api/v1/clients/" + client + "/inbox";
  }

  private static Api.Answer with(String method, String path, String json) {
    return api.send(method, path, json.replace('\'', '"'), "Content-Type", "application/json");
  }

  private static Json say(String room, String client, String message) {
    return with("POST", messages(room), "{'client':'%s','message':'%s'}".formatted(client, message))
        .ok(201);
  }

  @Test
  void aMessageIsEditedReactedToAndDeleted() {
    try (FullPeer bob = FullPeer.hello(server, "bob", "'rooms':{'amended':null}")) {
      long target = say("amended", "ana", "first").number("offset");
      String message = messages("amended") + "/" + target;
      Json edited = with("PATCH", message, "{'client':'ana','message':'2nd','id':'e1'}").ok(200);
      assertThat(edited.fields()).containsOnlyKeys("room", "offset", "pos", "id", "time");
      assertThat(edited.text("id")).isEqualTo("e1");
      Json frame = bob.next("edited");
      assertThat(frame.number("target")).isEqualTo(target);
      assertThat(frame.text("message")).isEqualTo("2nd");
      assertThat(frame.text("client")).isEqualTo("ana");
      assertThat(frame.number("offset")).isEqualTo(edited.number("offset"));
      Json again = with("PATCH", message, "{'client':'ana','message':'2nd','id':'e1'}").ok(200);
      assertThat(again.text()).isEqualTo(edited.text());
      with("PATCH", message, "{'client':'ana','message':'other','id':'e1'}")
          .problem(409, "conflict");
      with("PATCH", message, "{'client':'bob','message':'mine'}").problem(403, "forbidden");

      with("POST", message + "/reactions", "{'client':'carla','emoji':'👍'}").ok(201);
      assertThat(bob.next("reaction").truth("removed")).isFalse();
      List<Json> reactions =
          api.get(messages("amended") + "?client=carla")
              .ok(200)
              .objects("messages")
              .getFirst()
              .objects("reactions");
      assertThat(reactions).singleElement().matches(r -> r.truth("mine") && r.number("count") == 1);
      with("POST", message + "/reactions", "{'client':'carla','emoji':'👍','remove':true}").ok(201);
      assertThat(bob.next("reaction").truth("removed")).isTrue();
      with("POST", message + "/reactions", "{'client':'carla','emoji':'👍','remove':true}")
          .problem(404, "not_found");

      api.send("DELETE", message + "?client=bob", null).problem(403, "forbidden");
      Json deleted = api.send("DELETE", message + "?client=ana&id=d1", null).ok(200);
      assertThat(deleted.text("id")).isEqualTo("d1");
      assertThat(bob.next("deleted").number("target")).isEqualTo(target);
      api.send("DELETE", message + "?client=ana", null).problem(404, "not_found");
    }
  }

  @Test
  void aPlainTextBodyIsTheNewText() {
    long target = say("plain", "ana", "first").number("offset");
    api.send(
            "PATCH",
            messages("plain") + "/" + target + "?client=ana",
            "ñandú",
            "Content-Type",
            "text/plain",
            "Idempotency-Key",
            "k")
        .ok(200);
    assertThat(api.get(messages("plain")).ok(200).objects("messages"))
        .singleElement()
        .matches(message -> message.text("message").equals("ñandú"));
    // Where there is no message, a text is nothing.
    assertThat(api.postText("/api/v1/rooms/plain/typing?client=ana", "x").status()).isEqualTo(415);
  }

  @Test
  void typingAndReadMarkersAreToldToOthers() {
    try (FullPeer bob = FullPeer.hello(server, "bob", "'rooms':{'told':null}");
        FullPeer ana = FullPeer.hello(server, "ana", "'rooms':{'told':null}")) {
      long offset = say("told", "bob", "read me").number("offset");
      assertThat(with("POST", "/api/v1/rooms/told/typing", "{'client':'ana'}").status())
          .isEqualTo(204);
      Json typing = bob.next("typing");
      assertThat(typing.text("client")).isEqualTo("ana");
      assertThat(typing.text("sender")).isEqualTo("ana");
      with("POST", "/api/v1/rooms/told/typing", "{'client':'ana','sender':'Ana'}");
      assertThat(bob.next("typing").text("sender")).isEqualTo("Ana");
      Json read = with("PUT", "/api/v1/rooms/told/read", "{'client':'ana','offset':99}").ok(200);
      assertThat(read.text()).isEqualTo("{\"room\":\"told\",\"offset\":%s}".formatted(offset));
      assertThat(bob.next("read").number("offset")).isEqualTo(offset);
      // Its own connections are told what it has read, and not that it types.
      Json own = ana.next(frame -> !frame.type().equals("presence") && frame.has("client"));
      assertThat(own.type()).isEqualTo("chat");
      assertThat(ana.next(frame -> !frame.type().equals("presence")).type()).isEqualTo("read");
      Json rooms = api.get("/api/v1/clients/ana/rooms").ok(200);
      assertThat(rooms.type()).isEqualTo("rooms");
      Json room =
          rooms.objects("rooms").stream()
              .filter(one -> one.text("room").equals("told"))
              .findFirst()
              .orElseThrow();
      assertThat(room.number("head")).isEqualTo(offset);
      assertThat(room.number("read")).isEqualTo(offset);
      assertThat(room.number("unread")).isZero();
    }
  }

  @Test
  void anInboxIsPagedAndMarkedAsRead() {
    try (FullPeer ana = FullPeer.hello(server, "reader", "'device':'phone','inbox':null")) {
      String path = "/api/v1/clients/reader/notifications";
      String one = with("POST", path, "{'message':'one'}").ok(201).text("id");
      String two = with("POST", path, "{'message':'two'}").ok(201).text("id");
      String three = with("POST", path, "{'message':'three'}").ok(201).text("id");
      Json page = api.get(inboxOf("reader") + "?limit=2").ok(200);
      Json same = ana.ask("'type':'inbox','limit':2");
      assertThat(page.text())
          .isEqualTo(same.text().replaceFirst("\"ref\":\"[^\"]*\",", ""))
          .contains("\"type\":\"inbox\"");
      assertThat(page.objects("notifications"))
          .extracting(notification -> notification.text("id"))
          .containsExactly(two, three);
      assertThat(page.truth("more")).isTrue();
      assertThat(api.get(inboxOf("reader") + "?before=" + two).ok(200).objects("notifications"))
          .singleElement()
          .matches(notification -> notification.text("id").equals(one));
      assertThat(api.get(inboxOf("reader") + "?after=" + two).ok(200).objects("notifications"))
          .hasSize(1);

      assertThat(
              with("POST", inboxOf("reader") + "/read", "{'ids':['%s']}".formatted(two))
                  .ok(200)
                  .text())
          .isEqualTo("{\"unread\":2}");
      assertThat(ana.next("inbox_read").number("unread")).isEqualTo(2);
      assertThat(api.get(inboxOf("reader") + "?unread_only=true").ok(200).objects("notifications"))
          .extracting(notification -> notification.text("id"))
          .containsExactly(one, three);
      assertThat(
              with("POST", inboxOf("reader") + "/read", "{'up_to':'%s'}".formatted(three))
                  .ok(200)
                  .number("unread"))
          .isZero();
      with("POST", inboxOf("reader") + "/read", "{'ids':['k3f9:1@other']}")
          .problem(404, "not_found");
      api.get(inboxOf("reader") + "?before=k3f9:1@reader").problem(404, "not_found");
    }
  }

  @Test
  void whatADeviceReportsIsKnown() {
    String path = "/api/v1/clients/reporter/notifications";
    try (FullPeer peer = FullPeer.hello(server, "reporter", "'inbox':null")) {
      Json frame;
      String id = with("POST", path, "{'message':'x'}").ok(201).text("id");
      frame = peer.next("notification");
      assertThat(state(id)).isEqualTo("sent");
      assertThat(
              with(
                      "POST",
                      inboxOf("reporter") + "/ack",
                      "{'device':'tab','pos':'%s'}".formatted(frame.text("pos")))
                  .status())
          .isEqualTo(204);
      assertThat(state(id)).isEqualTo("delivered");
      // The key of a repeated request is not the id of the notification.
      assertThat(
              api.post(
                      inboxOf("reporter") + "/shown",
                      "{\"device\":\"tab\",\"id\":\"%s\"}".formatted(id),
                      "Idempotency-Key",
                      "k")
                  .status())
          .isEqualTo(204);
      assertThat(state(id)).isEqualTo("shown");
    }
  }

  private static String state(String id) {
    return api.get("/api/v1/notifications/" + id).ok(200).text("state");
  }

  @Test
  void aSenderRevokesOnlyItsOwnNotifications() {
    String id =
        with("POST", "/api/v1/clients/revoked/notifications", "{'from':'ana','message':'x'}")
            .ok(201)
            .text("id");
    String path = "/api/v1/notifications/" + id;
    api.send("DELETE", path + "?from=bob", null).problem(403, "forbidden");
    assertThat(api.send("DELETE", path + "?from=ana", null).status()).isEqualTo(204);
    assertThat(state(id)).isEqualTo("revoked");
    // An operator names nobody.
    assertThat(api.send("DELETE", path, null).status()).isEqualTo(204);
  }

  @Test
  void theRulesOfTheRoomApply() {
    api.send("PUT", "/api/v1/rooms/team.1/members/ana", null);
    long target = say("team.1", "ana", "ours").number("offset");
    String message = messages("team.1") + "/" + target;
    with("PATCH", message, "{'client':'eve','message':'x'}").problem(403, "forbidden");
    api.send("DELETE", message + "?client=eve", null).problem(403, "forbidden");
    with("POST", message + "/reactions", "{'client':'eve','emoji':'x'}").problem(403, "forbidden");
    with("POST", "/api/v1/rooms/team.1/typing", "{'client':'eve'}").problem(403, "forbidden");
    with("PUT", "/api/v1/rooms/team.1/read", "{'client':'eve','offset':1}")
        .problem(403, "forbidden");
    // A room that keeps nothing has nothing to amend.
    with("PATCH", messages("cursor.1") + "/1", "{'client':'ana','message':'x'}")
        .problem(404, "not_found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PATCH  | rooms/r/messages/1           | {'message':'x'}                              | client
          PATCH  | rooms/r/messages/1           | {'client':'ana'}                             | message
          PATCH  | rooms/r/messages/x           | {'client':'ana','message':'x'}               | target
          PATCH  | rooms/r/messages/0           | {'client':'ana','message':'x'}               | target
          PATCH  | rooms/r/messages/1           | {'client':'ana','message':'x','target':2}    | target
          PATCH  | rooms/r/messages/1           | {'client':'ana','message':'x','sender':'A'}  | sender
          PATCH  | rooms/r/messages/1           | {'client':'~api','message':'x'}              | ~api
          DELETE | rooms/r/messages/1           |                                              | client
          DELETE | rooms/r/messages/1?client=%2F |                                             | client
          POST   | rooms/r/messages/1/reactions | {'client':'ana'}                             | emoji
          POST   | rooms/r/messages/1/reactions | {'client':'ana','emoji':'x','remove':1}      | remove
          POST   | rooms/r/typing               | {}                                           | client
          PUT    | rooms/r/read                 | {'client':'ana'}                             | offset
          PUT    | rooms/r/read                 | {'client':'ana','offset':'1'}                | offset
          GET    | clients/ana/inbox?limit=201  |                                              | limit
          GET    | clients/ana/inbox?before=x   |                                              | before
          GET    | clients/ana/inbox?unread_only=1 |                                           | unread_only
          GET    | clients/ana/inbox?before=k:1@ana&after=k:1@ana |                            | before
          GET    | clients/~api/rooms           |                                              | ~api
          POST   | clients/ana/inbox/read       | {}                                           | ids
          POST   | clients/ana/inbox/read       | {'ids':[]}                                   | ids
          POST   | clients/ana/inbox/read       | {'ids':['x']}                                | ids
          POST   | clients/ana/inbox/read       | {'up_to':'x'}                                | up_to
          POST   | clients/ana/inbox/ack        | {'pos':'k:1+'}                               | device
          POST   | clients/ana/inbox/ack        | {'device':'d','pos':'x'}                     | pos
          POST   | clients/ana/inbox/shown      | {'device':'d'}                               | id
          POST   | clients/ana/inbox/shown      | {'device':'','id':'k:1'}                     | device
          DELETE | notifications/k:1?from=~api  |                                              | ~api
          """)
  void badInputIsNamed(String method, String path, String json, String named) {
    Api.Answer answer =
        json == null
            ? api.send(method, "/api/v1/" + path, null)
            : with(method, "/api/v1/" + path, json);
    assertThat(answer.problem(400, "invalid").text("detail")).contains(named);
  }
}
