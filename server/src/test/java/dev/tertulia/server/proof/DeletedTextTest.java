package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A deleted text is not only hidden: it is not in any file.
@Tag("system")
final class DeletedTextTest {
  private static final String ROOM = "plaza";

  @TempDir private Path folder;

  @Test
  void aDeletedTextIsRemovedFromAllFiles() throws IOException {
    try (ServerUnderTest server = ServerUnderTest.start(folder);
        FullClient ana = new FullClient("ana");
        FullClient luis = new FullClient("luis")) {
      ana.connect(server.port(), ROOM);
      luis.connect(server.port(), ROOM);
      for (int i = 0; i < 50; i++) {
        ana.publishAndWait(ROOM, "around-" + i, "kept " + i);
      }
      ana.publishAndWait(ROOM, "one", "something foolish");
      long target = ana.ack("one").offset();
      request(ana, "edit", target, "\"message\":\"something worse\"");
      // Longer than a page of the database.
      ana.publishAndWait(ROOM, "long", "and something long ".repeat(1000));
      long second = ana.ack("long").offset();
      for (int i = 0; i < 50; i++) {
        ana.publishAndWait(ROOM, "after-" + i, "kept too " + i);
      }
      assertThat(filesWith("something foolish")).as("before").isNotEmpty();
      assertThat(filesWith("something worse")).as("before").isNotEmpty();
      assertThat(filesWith("something long")).as("before").isNotEmpty();

      // Somebody reads all the time.
      luis.history(ROOM);
      request(ana, "delete", target, "\"id\":\"d1\"");
      request(ana, "delete", second, "\"id\":\"d2\"");
      await()
          .atMost(TestServer.PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .untilAsserted(() -> {
            luis.history(ROOM);
            assertThat(filesWith("something foolish")).isEmpty();
            assertThat(filesWith("something worse")).isEmpty();
            assertThat(filesWith("something long")).isEmpty();
          });
      assertThat(filesWith("kept too 7")).isNotEmpty();
      assertThat(luis.history(ROOM).stream().filter(seen -> seen.text().equals("(deleted)")))
          .extracting(Seen::offset)
          .containsExactly(target, second);
      ana.assertPromisesKept();
      luis.assertPromisesKept();
    }
  }

  private static void request(FullClient client, String type, long target, String more) {
    Json reply =
        client.request(
            "{\"type\":\"%s\",\"room\":\"%s\",\"target\":%s,%s}"
                .formatted(type, ROOM, target, more));
    assertThat(reply.type()).as(reply.toString()).isEqualTo("ok");
  }

  private List<String> filesWith(String text) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> latin(file).contains(text))
          .map(file -> file.getFileName().toString())
          .toList();
    }
  }

  private static String latin(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // It has just gone.
      return "";
    }
  }
}
