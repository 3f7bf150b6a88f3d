package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.testing.RawSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A server that runs out of direct memory, as one that many peers send a lot at once: its loops
/// survive that, or it would be seen to end.
@Tag("system")
final class ScarceMemoryTest {
  /// So little that not every read finds a buffer.
  private static final String SCARCE = "-Dio.netty.maxDirectMemory=2000000";

  @TempDir private Path folder;

  static Stream<IoTransport> available() {
    return Arrays.stream(IoTransport.values()).filter(IoTransport::isAvailable);
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("available")
  void theLoopsSurvive(IoTransport ioTransport) throws Exception {
    Map<String, String> settings =
        Map.of("TERTULIA_TRANSPORT", ioTransport.label(), "JDK_JAVA_OPTIONS", SCARCE);
    byte[] part = new byte[150_000];
    part[0] = (byte) 0x81;
    part[1] = (byte) 0xff;
    part[7] = 3; // Three times 64 KiB: it never ends.
    try (ServerUnderTest server = ServerUnderTest.start(folder, settings, List.of());
        HttpClient http = HttpClient.newHttpClient()) {
      List<RawSocket> sockets = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        RawSocket socket = RawSocket.open(server.port());
        sockets.add(socket);
        try {
          socket.send(
              "GET /ws/c%s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
                  .formatted(i));
          socket.send(part);
        } catch (UncheckedIOException closed) {
          // There was no memory for it.
        }
      }
      sockets.forEach(RawSocket::close);
      HttpRequest live =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/health/live"))
              .build();
      int status = 0;
      for (int tries = 0; tries < 100 && status != 200; tries++) {
        try {
          status = http.send(live, BodyHandlers.ofString()).statusCode();
        } catch (IOException closed) {
          // Its socket may be one of those that found no memory.
        }
      }
      assertThat(status).isEqualTo(200);
      server.terminate();
      assertThat(server.exitCode()).as("%s", server.lines()).isZero();
    }
  }
}
