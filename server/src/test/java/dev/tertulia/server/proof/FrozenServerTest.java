package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that stood still, as in a suspended machine or a paused container, does not take its
/// own silence for that of its clients.
@Tag("system")
final class FrozenServerTest {
  private static final int CLIENTS = 200;
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  @TempDir private Path data;

  /// A client that answers pings, as the JDK's do by themselves.
  private static final class Client implements WebSocket.Listener {
    private final AtomicInteger pings = new AtomicInteger();

    /// How it ended; `null` while it is open.
    private volatile @Nullable String end;

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer payload) {
      pings.incrementAndGet();
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      end = code + " " + reason;
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      end = error.toString();
    }
  }

  @Test
  void noClientIsConsideredLostAfterASuspension() throws Exception {
    Map<String, String> settings =
        Map.of(
            "TERTULIA_HEARTBEAT_INTERVAL",
            "1s",
            "TERTULIA_HEARTBEAT_TIMEOUT",
            TIMEOUT.toSeconds() + "s");
    List<Client> clients = new ArrayList<>();
    try (HttpClient http = HttpClient.newHttpClient();
        ServerUnderTest server = ServerUnderTest.start(data, settings, List.of())) {
      for (int i = 0; i < CLIENTS; i++) {
        Client client = new Client();
        URI address = URI.create("ws://127.0.0.1:%s/ws/client%s".formatted(server.port(), i));
        http.newWebSocketBuilder().buildAsync(address, client).join();
        clients.add(client);
      }
      server.pause();
      try {
        await().pollDelay(TIMEOUT.plusSeconds(1)).until(() -> true);
      } finally {
        server.resume();
      }
      awaitPingsOrEnds(clients);
      // And again, so that their answers have counted.
      awaitPingsOrEnds(clients);
      assertThat(clients).extracting(client -> client.end).containsOnlyNulls();
      assertThat(server.lines()).anyMatch(line -> line.contains("was blocked for"));
      server.terminate();
    }
  }

  private static void awaitPingsOrEnds(List<Client> clients) {
    clients.forEach(client -> client.pings.set(0));
    await()
        .atMost(TestServer.PATIENCE)
        .until(() ->
            clients.stream().allMatch(client -> client.pings.get() > 0 || client.end != null));
  }
}
