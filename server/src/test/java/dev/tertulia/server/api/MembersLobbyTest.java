package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A lobby for members only, and clients of the base protocol: the same rules apply to them.
@Tag(ServerStore.PROTOCOL)
final class MembersLobbyTest {
  private static TestServer server(String rule) {
    return TestServer.start(Map.of(Setting.ROOMS, rule));
  }

  private static void put(Api api, String client) {
    assertThat(api.send("PUT", "/api/v1/rooms/lobby/members/" + client, null).status())
        .isEqualTo(204);
  }

  private static void remove(Api api, String client) {
    assertThat(api.send("DELETE", "/api/v1/rooms/lobby/members/" + client, null).status())
        .isEqualTo(204);
  }

  /// The next that comes, but for departures.
  private static Json next(TestClient client) {
    return Json.parse(client.next(text -> !text.contains("\"system\":true")));
  }

  private static void assertForbidden(TestClient client) {
    Json refused = next(client);
    assertThat(refused.type()).as(refused.text()).isEqualTo("error");
    assertThat(refused.text("code")).isEqualTo("forbidden");
    assertThat(refused.text("message")).isNotEmpty();
  }

  /// Who is in the lobby, as soon as all nodes know it.
  private static void awaitPresent(Api api, String... clients) {
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(
            () -> assertThat(present(api)).containsExactlyInAnyOrder((Object[]) clients));
  }

  private static List<Object> present(Api api) {
    List<Object> present = new ArrayList<>();
    for (Json member : api.get("/api/v1/rooms/lobby/presence").ok(200).objects("members")) {
      present.add(member.text("client"));
    }
    return present;
  }

  @Test
  void aNonMemberNeitherReceivesNorSendsNorIsPresent() {
    try (TestServer server = server("[{name: lobby, access: members}]");
        Api api = new Api(server)) {
      put(api, "ana");
      try (TestClient ana = TestClient.connect(server, "ana");
          TestClient eve = TestClient.connect(server, "eve")) {
        assertForbidden(eve);
        ana.chat("Ana", "entre nosotros");
        assertThat(next(ana).text("message")).isEqualTo("entre nosotros");
        eve.chat("Eve", "yo también");
        assertForbidden(eve);
        awaitPresent(api, "ana");
        // What is her own and what is everybody's comes all the same, and nothing else has.
        eve.send("{\"type\":\"notification\",\"message\":\"para mí\"}");
        assertThat(next(eve).text("message")).isEqualTo("para mí");
        ana.send("{\"type\":\"broadcast_notification\",\"message\":\"a todos\"}");
        assertThat(next(eve).text("message")).isEqualTo("a todos");
        assertThat(next(ana).text("message")).isEqualTo("a todos");
        assertThat(api.get("/api/v1/rooms/lobby/messages").ok(200).objects("messages")).hasSize(1);
        assertThat(api.get("/api/v1/clients/eve").ok(200).objects("connections"))
            .singleElement()
            .extracting(connection -> connection.fields().get("rooms"))
            .isEqualTo(List.of());
      }
    }
  }

  @Test
  void aRemovedMemberLeavesImmediatelyAndAnAddedMemberJoinsWithItsNextMessage() {
    try (TestServer server = server("[{name: lobby, access: members}]");
        Api api = new Api(server)) {
      put(api, "ana");
      put(api, "bob");
      try (TestClient ana = TestClient.connect(server, "ana");
          TestClient bob = TestClient.connect(server, "bob");
          TestClient other = TestClient.connect(server, "bob")) {
        for (TestClient each : List.of(ana, bob, other)) {
          each.chat(each.id(), "aquí");
          Json said = next(each);
          while (!said.text("client").equals(each.id())) {
            said = next(each);
          }
        }
        remove(api, "bob");
        awaitPresent(api, "ana");
        ana.chat("Ana", "sin bob");
        for (TestClient each : List.of(bob, other)) {
          Json told = next(each);
          while (told.type().equals("chat")) {
            assertThat(told.text("message")).isEqualTo("aquí");
            told = next(each);
          }
          assertThat(told.text("code")).isEqualTo("forbidden");
          each.chat("Bob", "¿hola?");
          assertForbidden(each);
        }
        put(api, "bob");
        bob.chat("Bob", "de vuelta");
        assertThat(next(bob).text("message")).isEqualTo("de vuelta");
        awaitPresent(api, "ana", "bob");
        bob.chat("Bob", "1");
        bob.chat("Bob", "2");
        assertThat(next(bob).text("message")).isEqualTo("1");
        assertThat(next(bob).text("message")).isEqualTo("2");
      }
      assertThat(api.get("/api/v1/rooms/lobby/messages").ok(200).objects("messages"))
          .extracting(message -> message.text("message"))
          .containsExactly("aquí", "aquí", "aquí", "sin bob", "de vuelta", "1", "2");
    }
  }

  /// Speaking there does not need being there, as everywhere.
  @Test
  void aFullLobbyRefusesBaseClientsToo() {
    try (TestServer server = server("[{name: lobby, clients: 1}]");
        Api api = new Api(server);
        TestClient ana = TestClient.connect(server, "ana")) {
      ana.chat("Ana", "hola");
      next(ana);
      try (TestClient bob = TestClient.connect(server, "bob")) {
        assertForbidden(bob);
        awaitPresent(api, "ana");
        bob.chat("Bob", "desde fuera");
        assertThat(next(ana).text("message")).isEqualTo("desde fuera");
        ana.abort();
        server.awaitConnections(1);
        bob.chat("Bob", "ya dentro");
        assertThat(next(bob).text("message")).isEqualTo("ya dentro");
      }
    }
  }
}
