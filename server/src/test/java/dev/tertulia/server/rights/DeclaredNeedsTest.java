package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.notification.InboxCommand;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.base.ClientMessage;
import dev.tertulia.server.protocol.base.MessageReader;
import dev.tertulia.server.protocol.full.Request;
import dev.tertulia.server.testing.TestServer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Every type of request and every route declares what it needs, and none declares less than this
/// test expects.
final class DeclaredNeedsTest {
  private static final Map<String, Action> NOT_FOR_ALL =
      Map.of(
          "/docs", Action.General.INSPECT,
          "/openapi.yaml", Action.General.INSPECT,
          "/openapi.json", Action.General.INSPECT,
          "/metrics", Action.General.METER);

  @Test
  void everyRequestOfTheFullProtocolDeclaresItsNeed() {
    Request.Reader reader = new Request.Reader(Language.EN);
    Set<Class<?>> seen = new HashSet<>();
    for (Requests sample : Requests.ALL) {
      byte[] json =
          ("{" + sample.fields().replace('\'', '"') + "}").getBytes(StandardCharsets.UTF_8);
      assertThat(reader.read(json, 0, json.length)).isInstanceOf(Received.Ok.class);
      Request request = ((Received.Ok<Request>) reader.read(json, 0, json.length)).request();
      assertThat(request.need()).as(sample.fields()).isEqualTo(sample.need());
      if (request.need() instanceof Action.InRoom) {
        assertThat(request.room()).as(sample.fields()).isNotNull();
      }
      seen.add(request.getClass());
      if (request instanceof Request.InRoom(RoomCommand command)) {
        seen.add(command.getClass());
      }
      if (request instanceof Request.InInbox(InboxCommand command)) {
        seen.add(command.getClass());
      }
    }
    for (Class<?> all : Set.of(Request.class, RoomCommand.class, InboxCommand.class)) {
      assertThat(seen).as("types with a sample").contains(all.getPermittedSubclasses());
    }
  }

  @Test
  void everyMessageOfTheBaseProtocolDeclaresItsNeed() {
    Map<String, Action> needs =
        Map.of(
            "chat", Action.InRoom.SEND,
            "notification", Action.OnClient.NOTIFY,
            "broadcast_notification", Action.General.BROADCAST);
    Set<Class<?>> seen = new HashSet<>();
    needs.forEach((type, need) -> {
      byte[] json = "{\"type\":\"%s\"}".formatted(type).getBytes(StandardCharsets.UTF_8);
      Received<ClientMessage> read = new MessageReader(Language.EN).read(json, 0, json.length);
      ClientMessage message = ((Received.Ok<ClientMessage>) read).request();
      assertThat(message.need()).as(type).isEqualTo(need);
      seen.add(message.getClass());
    });
    assertThat(seen).contains(ClientMessage.class.getPermittedSubclasses());
  }

  @Test
  void everyRouteOfTheApiDeclaresItsNeed() {
    Map<String, Action> needs = new LinkedHashMap<>();
    try (TestServer server = TestServer.start()) {
      for (Route route : server.server().routeTable()) {
        if (route.template().startsWith("/api/")) {
          needs.put(route.method() + " " + route.template(), route.need());
        } else {
          assertThat(route.need())
              .as(route.template())
              .isEqualTo(NOT_FOR_ALL.getOrDefault(route.template(), Action.General.NOTHING));
        }
      }
    }
    String rooms = " /api/v1/rooms/{room}/";
    Map<String, Action> expected = new LinkedHashMap<>();
    expected.put("GET /api/v1/rooms", Action.General.READ_ALL);
    expected.put("POST" + rooms + "messages", Action.InRoom.SEND);
    expected.put("GET" + rooms + "messages", Action.InRoom.READ);
    expected.put("PATCH" + rooms + "messages/{target}", Action.InRoom.AMEND);
    expected.put("DELETE" + rooms + "messages/{target}", Action.InRoom.AMEND);
    expected.put("POST" + rooms + "messages/{target}/reactions", Action.InRoom.SEND);
    expected.put("POST" + rooms + "typing", Action.InRoom.SEND);
    expected.put("PUT" + rooms + "read", Action.InRoom.MARK);
    expected.put("GET" + rooms + "presence", Action.InRoom.READ);
    expected.put("GET" + rooms + "members", Action.InRoom.LIST_MEMBERS);
    String clients = " /api/v1/clients/{client}/";
    expected.put("POST" + clients + "notifications", Action.OnClient.NOTIFY);
    expected.put("GET" + clients + "notifications", Action.General.READ_ALL);
    expected.put("GET" + clients + "inbox", Action.OnClient.READ_INBOX);
    expected.put("GET" + clients + "rooms", Action.OnClient.READ_INBOX);
    expected.put("POST" + clients + "inbox/read", Action.OnClient.MARK_INBOX);
    expected.put("POST" + clients + "inbox/ack", Action.OnClient.MARK_INBOX);
    expected.put("POST" + clients + "inbox/shown", Action.OnClient.MARK_INBOX);
    expected.put("POST /api/v1/notifications", Action.OnClient.NOTIFY);
    expected.put("GET /api/v1/notifications/{id}", Action.General.READ_ALL);
    expected.put("DELETE /api/v1/notifications/{id}", Action.General.REVOKE);
    expected.put("POST /api/v1/broadcasts", Action.General.BROADCAST);
    assertThat(needs).containsAllEntriesOf(expected);
    needs.keySet().removeAll(expected.keySet());
    assertThat(needs)
        .as("all others are the operator's")
        .isNotEmpty()
        .allSatisfy(
            (route, need) -> assertThat(need).as(route).isEqualTo(Action.General.ADMINISTER));
  }
}
