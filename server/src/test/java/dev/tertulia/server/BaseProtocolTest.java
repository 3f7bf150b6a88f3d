package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import org.junit.jupiter.api.Test;

/// The base protocol, row by row.
final class BaseProtocolTest {
  @Test
  void aChatMessageGoesToEverybodyTheSenderIncluded() {
    try (TestServer server = TestServer.start();
        TestClient ana = TestClient.connect(server, "ana");
        TestClient luis = TestClient.connect(server, "luis")) {
      ana.chat("Ana", "hola");
      for (TestClient client : new TestClient[] {ana, luis}) {
        assertThat(client.next())
            .startsWith(
                "{\"type\":\"chat\",\"room\":\"lobby\",\"client\":\"ana\",\"sender\":\"Ana\","
                    + "\"message\":\"hola\",\"offset\":");
      }
    }
  }
}
