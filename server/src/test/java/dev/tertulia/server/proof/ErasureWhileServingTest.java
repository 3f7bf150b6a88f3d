package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.OperatorApi;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A client is erased from the folder of a running server, and no other client notices.
@Tag("system")
final class ErasureWhileServingTest {
  private static final String ROOM = "plaza";
  private static final String PERSON = "ana-maria";
  private static final String PENDING = "erasure.pending";

  @TempDir private Path folder;

  @Test
  void aClientIsErasedWhileOthersContinue() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start(folder);
        FullClient ana = new FullClient(PERSON);
        FullClient luis = new FullClient("luis");
        FullClient eva = new FullClient("eva")) {
      ana.connect(server.port(), ROOM, "patio");
      luis.connect(server.port(), ROOM, "patio");
      talk(ana, luis, 400);
      notify(ana, "luis", "secreto para luis");
      notify(luis, PERSON, "en su buzón");
      assertThat(filesWith("secreto")).isNotEmpty();
      AtomicBoolean enough = new AtomicBoolean();
      Thread load =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; !enough.get(); i++) {
                  luis.publishAndWait(ROOM, "load-" + i, "carga " + i);
                }
              });

      ServerUnderTest.Ended erased = erase();
      assertThat(erased.exit()).as(erased.output()).isZero();
      assertThat(erased.output()).contains("erased " + PERSON);
      assertThat(ana.awaitEnd()).startsWith("4501");
      assertThat(filesWith("secreto")).isEmpty();
      assertThat(filesWith(PERSON)).isEmpty();
      assertThat(filesWith("en su buzón")).isEmpty();
      enough.set(true);
      load.join();

      List<Seen> history = luis.history(ROOM);
      assertThat(history).noneMatch(seen -> seen.text().contains("secreto"));
      assertThat(history.stream().filter(seen -> seen.text().equals("(deleted)"))).hasSize(400);
      assertThat(history.stream().filter(seen -> seen.text().startsWith("queda"))).hasSize(400);
      assertThat(luis.history("patio")).extracting(Seen::text).containsExactly("(deleted)");
      eva.connect(server.port(), ROOM);
      assertThat(eva.history(ROOM)).isEqualTo(history);
      luis.assertPromisesKept();
      ServerUnderTest.Ended check = ServerUnderTest.run("check", "--data", folder.toString());
      assertThat(check.exit()).as(check.output()).isZero();
      assertThat(erase().exit()).as("nothing is left").isEqualTo(1);

      // Whoever has that id from now on is somebody new.
      try (FullClient other = new FullClient(PERSON)) {
        other.connect(server.port(), ROOM);
        assertThat(other.publishAndWait(ROOM, "a1", "otra")).isTrue();
        luis.awaitPosition(ROOM, other.ack("a1").pos());
        assertThat(inbox(other)).isEmpty();
        notify(luis, PERSON, "nuevo");
        assertThat(inbox(other)).hasSize(1);
      }
    }
  }

  @Test
  void anErasureInterruptedByAKillIsCompletedAfterTheNextStart() throws IOException {
    try (FullClient ana = new FullClient(PERSON);
        FullClient luis = new FullClient("luis")) {
      try (ServerUnderTest server = ServerUnderTest.start(folder)) {
        ana.connect(server.port(), ROOM, "patio");
        luis.connect(server.port(), ROOM);
        talk(ana, luis, 2000);
        notify(luis, PERSON, "en su buzón");
        try (OperatorApi.Lines erasing =
            OperatorApi.post(
                folder, "/api/v1/admin/erasures", "{\"client\":\"%s\"}".formatted(PERSON))) {
          assertThat(ana.awaitEnd()).startsWith("4501");
          server.kill();
          erasing.awaitBreak();
        }
      }
      assertThat(folder.resolve(PENDING)).exists();
      assertThat(filesWith("secreto")).as("it was in the middle").isNotEmpty();
      try (ServerUnderTest server = ServerUnderTest.start(folder)) {
        await().atMost(TestServer.PATIENCE).until(() -> !Files.exists(folder.resolve(PENDING)));
        assertThat(filesWith("secreto")).isEmpty();
        assertThat(filesWith(PERSON)).isEmpty();
        assertThat(filesWith("en su buzón")).isEmpty();
        luis.connect(server.port(), ROOM);
        assertThat(luis.history(ROOM).stream().filter(seen -> seen.text().equals("(deleted)")))
            .hasSize(2000);
        luis.assertPromisesKept();
      }
      ServerUnderTest.Ended check = ServerUnderTest.run("check", "--data", folder.toString());
      assertThat(check.exit()).as(check.output()).isZero();
    }
  }

  @Test
  @Tag("long")
  void theCommandCompletesTheErasureWhenTheServerIsKilled() throws Exception {
    try (FullClient ana = new FullClient(PERSON);
        FullClient luis = new FullClient("luis");
        ServerUnderTest server = ServerUnderTest.start(folder)) {
      ana.connect(server.port(), ROOM, "patio");
      luis.connect(server.port(), ROOM);
      talk(ana, luis, 1000);
      CompletableFuture<ServerUnderTest.Ended> erasing = CompletableFuture.supplyAsync(this::erase);
      assertThat(ana.awaitEnd()).startsWith("4501");
      server.kill();
      ServerUnderTest.Ended erased = erasing.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(erased.exit()).as(erased.output()).isZero();
      assertThat(filesWith("secreto")).isEmpty();
      assertThat(filesWith(PERSON)).isEmpty();
      assertThat(folder.resolve(PENDING)).doesNotExist();
    }
    ServerUnderTest.Ended check = ServerUnderTest.run("check", "--data", folder.toString());
    assertThat(check.exit()).as(check.output()).isZero();
  }

  private ServerUnderTest.Ended erase() {
    return ServerUnderTest.run("erase", PERSON, "--yes", "--data", folder.toString());
  }

  /// Both say so many messages in the one room, by turns, and the first one something in the other.
  private static void talk(FullClient ana, FullClient luis, int each) {
    for (int i = 0; i < each; i++) {
      ana.publish(ROOM, "a" + i, "secreto " + i + " " + "x".repeat(i % 200));
      luis.publish(ROOM, "l" + i, "queda " + i + " " + "y".repeat(i % 150));
      if (i % 100 == 99) {
        ana.await("answers", () -> ana.unanswered() == 0);
        luis.await("answers", () -> luis.unanswered() == 0);
      }
    }
    assertThat(ana.publishAndWait("patio", "p", "secreto en el patio")).isTrue();
    ana.await("answers", () -> ana.unanswered() == 0);
    luis.await("answers", () -> luis.unanswered() == 0);
    assertThat(ana.refused()).isEmpty();
  }

  private static void notify(FullClient from, String to, String message) {
    Json reply =
        from.request(
            "{\"type\":\"notification\",\"to\":\"%s\",\"message\":\"%s\"}".formatted(to, message));
    assertThat(reply.type()).as(reply.toString()).isEqualTo("ok");
  }

  private static List<Json> inbox(FullClient client) {
    Json page = client.request("{\"type\":\"inbox\",\"limit\":100}");
    assertThat(page.type()).as(page.toString()).isEqualTo("inbox");
    return page.objects("notifications");
  }

  private List<String> filesWith(String text) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> latin(file).contains(latin(text)))
          .map(file -> file.getFileName().toString())
          .toList();
    }
  }

  private static String latin(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
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
