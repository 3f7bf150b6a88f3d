package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process with a limit of two hundred open files, and more idle sockets than that: they take no
/// file that the server itself needs, and no place of a client that sends a request.
@Tag("system")
final class OpenFileLimitTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final List<String> FEW_FILES =
      List.of("/bin/sh", "-c", "ulimit -n 200 && exec \"$@\"", "sh");

  @TempDir private Path folder;

  @Test
  @Timeout(120) // A server without files lets those who connect wait for ever.
  void silentSocketsDoNotExhaustTheOpenFiles() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try (ServerUnderTest server = ServerUnderTest.start(folder, Map.of(), FEW_FILES)) {
      for (int i = 0; i < 400; i++) {
        silent.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
        if (i % 10 == 0) {
          assertThat(health(server.port())).as("after %s", i).startsWith("HTTP/1.1 200 ");
        }
      }
      try (TestClient ana = TestClient.connect(server.port(), "ana")) {
        ana.chat("Ana", "hola");
        assertThat(ana.next()).contains("hola");
        assertThat(ask(server, "POST", "/api/v1/clients/ana/notifications")).isEqualTo(201);
        // Each of the threads that read opens the database.
        for (int i = 0; i < 16; i++) {
          assertThat(ask(server, "GET", "/api/v1/rooms/lobby/messages")).isEqualTo(200);
        }
        assertThat(ask(server, "GET", "/health/ready")).isEqualTo(200);
      }
      assertThat(server.lines())
          .noneMatch(line ->
              line.contains(" ERROR ")
                  || line.contains("accept connections")
                  || line.contains("accept a connection"));
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  /// What a connection of its own is answered.
  private static String health(int port) {
    try (RawSocket socket = RawSocket.open(port)) {
      socket.send("GET /health/live HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n");
      return socket.head();
    }
  }

  /// The status of an answer.
  private static int ask(ServerUnderTest server, String method, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .timeout(TestServer.PATIENCE)
            .header("Content-Type", "text/plain")
            .method(
                method,
                method.equals("POST")
                    ? HttpRequest.BodyPublishers.ofString("hola")
                    : HttpRequest.BodyPublishers.noBody())
            .build();
    return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }
}
