package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server in a container with 512 MiB, with the JVM flags of the launcher: the kernel never kills
/// it, whatever clients do not read or do not finish, and those that read get everything.
@Tag("system")
final class MemoryLimitTest {
  private static final long MIB = 1 << 20;
  private static final long MEMORY = 512 * MIB;
  private static final Path FLAGS = Path.of("../packaging/jvm-flags.sh").toAbsolutePath();

  /// Takes all of the heap at the start, as a server does that has run for a long time.
  private static final String WHOLE_HEAP = "-Xms230m -XX:+AlwaysPreTouch";

  private static final int ROOM = 100;
  private static final String LAST = "this is the last one";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path folder;

  @Test
  void slowReadersDoNotEndTheServer() throws Exception {
    serve(800, 200);
  }

  @Tag("long")
  @Test
  void fiveThousandClientsAreServed() throws Exception {
    serve(4_500, 500);
  }

  /// @param readers clients that read
  /// @param slow clients that do not, and as many that never finish what they send
  private void serve(int readers, int slow) throws Exception {
    try (MemoryGroup group = new MemoryGroup(MEMORY);
        ServerUnderTest server =
            ServerUnderTest.startAsLaunched(
                folder.resolve("data"),
                Map.of(
                    "TERTULIA_LIMITS_CONNECTIONS",
                    "0",
                    "TERTULIA_AUDIT",
                    "off",
                    "TERTULIA_JAVA_OPTS",
                    WHOLE_HEAP),
                group.entering(),
                FLAGS);
        Audience audience = new Audience(server.port(), LAST)) {
      for (int i = 0; i < readers; i++) {
        audience.join("reader-" + i, "room-" + i / ROOM, true);
      }
      for (int i = 0; i < slow; i++) {
        audience.join("slow-" + i, "slow-room-" + i / ROOM, false);
        audience.ramble("rambler-" + i, 200 << 10);
      }
      long atRest = group.held();
      int slowRooms = (slow + ROOM - 1) / ROOM;
      String long60 = "x".repeat(60_000);
      for (int round = 0; round < 60; round++) {
        for (int room = 0; room < slowRooms; room++) {
          publish(server.port(), "slow-room-" + room, long60);
        }
        publish(server.port(), "room-0", long60);
      }
      int rooms = (readers + ROOM - 1) / ROOM;
      for (int room = 0; room < rooms; room++) {
        publish(server.port(), "room-" + room, LAST);
      }
      await().atMost(TestServer.PATIENCE).until(() -> audience.reached() == readers);
      System.out.printf(
          "%s readers and %s slow ones in %s MiB: %s MiB before, %s MiB after, at most %s MiB with"
              + " page cache, %s killed%n",
          readers,
          slow,
          MEMORY / MIB,
          atRest / MIB,
          group.held() / MIB,
          group.peak() / MIB,
          group.kills());
      assertThat(group.kills()).isZero();
      assertThat(audience.ended()).isEmpty();
      assertThat(server.health()).startsWith("200 ");
      server.terminate();
      assertThat(server.exitCode()).as("%s", server.lines()).isZero();
    }
  }

  private static void publish(int port, String room, String text)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%s/api/v1/rooms/%s/messages".formatted(port, room)))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"client\":\"writer\",\"message\":\"%s\"}".formatted(text)))
            .build();
    HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
    // The clients that never finish have taken what this address may have: it is to ask again.
    for (int tries = 0; tries < 1_000 && answer.statusCode() == 503; tries++) {
      answer = HTTP.send(request, BodyHandlers.ofString());
    }
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
  }
}
