package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A reader whose network vanishes: no further packet arrives from it, not even one that closes the
/// connection.
@Tag("system")
final class LostReaderTest {
  @TempDir private Path folder;

  @Test
  void anUnacknowledgedStreamIsClosedAfterTheTimeout() throws Exception {
    Map<String, String> settings =
        Map.of("TERTULIA_HEARTBEAT_INTERVAL", "200ms", "TERTULIA_HEARTBEAT_TIMEOUT", "1s");
    try (OwnNetwork network = OwnNetwork.begin();
        ServerUnderTest server = ServerUnderTest.start(folder, settings, network.entering())) {
      String url = "http://127.0.0.1:" + server.port();
      ServerUnderTest.Ended sent =
          ServerUnderTest.run(network.entering(), "send", "r", "x", "--url", url);
      assertThat(sent.exit()).as(sent.output()).isZero();
      Process tail = ServerUnderTest.begin(network.entering(), "tail", "r", "--url", url);
      try (BufferedReader out = tail.inputReader()) {
        assertThat(out.readLine()).endsWith(": x");
        await().atMost(TestServer.PATIENCE).until(() -> network.connections(server.port()) == 1);
        network.cut();
        await().atMost(TestServer.PATIENCE).until(() -> network.connections(server.port()) == 0);
      } finally {
        tail.destroyForcibly();
      }
    }
  }
}
