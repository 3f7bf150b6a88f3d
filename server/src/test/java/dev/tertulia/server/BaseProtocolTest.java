package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The base protocol, row by row.
@Tag(ServerStore.PROTOCOL)
final class BaseProtocolTest {
  private final TestServer server = TestServer.start();
  private final TestClient ana = TestClient.connect(server, "ana");
  private final TestClient luis = TestClient.connect(server, "luis");

  @AfterEach
  void end() {
    ana.close();
    luis.close();
    server.close();
  }

  @Test
  void aChatMessageGoesToAllIncludingTheSender() {
    ana.chat("Ana", "hola");
    for (TestClient client : List.of(ana, luis)) {
      assertThat(client.next())
          .matches(
              "\\{\"type\":\"chat\",\"room\":\"lobby\",\"client\":\"ana\",\"sender\":\"Ana\","
                  + "\"message\":\"hola\",\"offset\":\\d+,\"time\":\\d{13}}");
    }
  }

  @Test
  void aMissingSenderIsAnonymousAndAMissingMessageIsEmpty() {
    ana.send("{\"type\":\"chat\"}");
    assertThat(luis.next()).contains("\"sender\":\"Anónimo\",\"message\":\"\"");
  }

  @Test
  void aNotificationGoesToAllConnectionsOfItsClientOnly() {
    try (TestClient phone = TestClient.connect(server, "ana")) {
      ana.send("{\"type\":\"notification\",\"message\":\"x\"}");
      for (TestClient client : List.of(ana, phone)) {
        assertThat(client.next())
            .startsWith("{\"type\":\"notification\"")
            .contains("\"message\":\"x\"");
      }
      ana.send("{\"type\":\"notification\"}");
      assertThat(phone.next()).contains("\"message\":\"Notificación personal.\"");
    }
    ana.chat("Ana", "fin");
    assertThat(luis.next()).as("the first that luis gets").contains("\"message\":\"fin\"");
  }

  @Test
  void aBroadcastGoesToAll() {
    ana.send("{\"type\":\"broadcast_notification\",\"message\":\"x\"}");
    luis.send("{\"type\":\"broadcast_notification\"}");
    for (TestClient client : List.of(ana, luis)) {
      assertThat(List.of(client.next(), client.next()))
          .allMatch(message -> message.startsWith("{\"type\":\"notification\""))
          .anyMatch(message -> message.contains("\"message\":\"x\""))
          .anyMatch(message -> message.contains("\"message\":\"Notificación de broadcast.\""));
    }
  }

  @Test
  void anUnknownTypeIsAnsweredOnThisConnectionOnly() {
    ana.send("{\"type\":\"baile\"}");
    assertThat(ana.next())
        .isEqualTo(
            "{\"type\":\"error\",\"code\":\"unknown_type\","
                + "\"message\":\"Tipo de mensaje no reconocido.\",\"retry\":false}");
    ana.chat("Ana", "fin");
    assertThat(luis.next()).contains("\"message\":\"fin\"");
  }

  @Test
  void aDepartureIsAnnouncedOnceWithTheLastConnection() {
    TestClient first = TestClient.connect(server, "eva");
    TestClient second = TestClient.connect(server, "eva");
    server.awaitConnections(4);
    first.close();
    server.awaitConnections(3);
    ana.chat("Ana", "todavía");
    assertThat(luis.next()).contains("todavía");
    second.close();
    assertThat(luis.next())
        .matches(
            "\\{\"type\":\"chat\",\"room\":\"lobby\",\"client\":\"eva\",\"sender\":\"Sistema\","
                + "\"message\":\"Cliente 'eva' se ha desconectado.\",\"system\":true,"
                + "\"time\":\\d{13}}");
  }

  @Test
  void aDepartureFollowsTheLastMessage() {
    for (int i = 0; i < 50; i++) {
      try (TestClient eva = TestClient.connect(server, "eva" + i)) {
        eva.chat("Eva", "adiós " + i);
      }
      assertThat(luis.next()).contains("adiós " + i);
      assertThat(luis.next()).contains("Cliente 'eva" + i + "' se ha desconectado.");
    }
  }

  @Test
  void theServerAnswersInEnglishIfConfigured() {
    try (TestServer english = TestServer.start(Map.of(Setting.LANGUAGE, "en"));
        TestClient bob = TestClient.connect(english, "bob")) {
      bob.send("{\"type\":\"dance\"}");
      assertThat(bob.next()).contains("\"message\":\"Unknown message type.\"");
      bob.send("{\"type\":\"chat\"}");
      assertThat(bob.next()).contains("\"sender\":\"Anonymous\"");
    }
  }
}
