package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.testing.Bystander;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Two thousand clients connect at once and disconnect at once, while others talk.
final class StormTest {
  private static final int CROWD = 2_000;

  static Stream<IoTransport> available() {
    return Arrays.stream(IoTransport.values()).filter(IoTransport::isAvailable);
  }

  @ParameterizedTest
  @MethodSource("available")
  void allClientsConnectAndAllAreRemoved(IoTransport ioTransport) {
    List<RawSocket> crowd = new ArrayList<>();
    try (TestServer server = TestServer.start(Map.of(Setting.TRANSPORT, ioTransport.label()));
        Bystander bystander = Bystander.connect(server)) {
      for (int i = 0; i < CROWD; i++) {
        crowd.add(RawSocket.open(server));
      }
      for (int i = 0; i < CROWD; i++) {
        crowd.get(i).send(RawSocket.handshake("c" + i, server.port()));
        if (i % 200 == 0) {
          bystander.noticesNothing();
        }
      }
      for (RawSocket socket : crowd) {
        assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
      }
      server.awaitConnections(CROWD + 1);
      bystander.client().chat("Bystander", "welcome all");
      assertThat(bystander.hears()).contains("welcome all");
      for (RawSocket socket : crowd) {
        assertThat(nextWord(socket)).contains("welcome all");
      }
      for (int i = 0; i < CROWD; i++) {
        if (i % 2 == 0) {
          crowd.get(i).reset();
        } else {
          crowd.get(i).close();
        }
        if (i % 200 == 0) {
          bystander.noticesNothing();
        }
      }
      server.awaitConnections(1);
      bystander.noticesNothing();
      await().atMost(TestServer.PATIENCE).until(() -> server.server().openSockets() == 1);
    } finally {
      crowd.forEach(RawSocket::close);
    }
  }

  /// The next thing that was said, but for what was said while others still came in.
  private static String nextWord(RawSocket socket) {
    String text = socket.read(1).text();
    while (text.contains("word-")) {
      text = socket.read(1).text();
    }
    return text;
  }
}
