package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.OperatorApi;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The data of another server is imported into a running one, and no client has a silent gap.
@Tag("system")
final class ImportWhileServingTest {
  private static final String ROOM = "plaza";

  /// The state of a connection, in the kernel's table.
  private static final String ESTABLISHED = "01";

  /// What all tests begin with. Nothing here is written again.
  @TempDir private static Path common;

  private static Path lines;
  private static Path early;
  private static Path before;
  private static String theirLast = "";

  @TempDir private Path temp;
  private Path here;

  /// Two folders that were one; in the other more was said since.
  @BeforeAll
  static void talkElsewhere() {
    before = common.resolve("before");
    Path there = common.resolve("there");
    lines = common.resolve("all of it.jsonl");
    early = common.resolve("early.jsonl");
    try (FullClient ana = new FullClient("ana")) {
      try (ServerUnderTest server = ServerUnderTest.start(there)) {
        ana.connect(server.port(), ROOM);
        talk(ana, "first", 300);
        run("export", "--data", there.toString(), "--to", early.toString());
        talk(ana, "then", 300);
        ana.request("{\"type\":\"notification\",\"to\":\"luis\",\"message\":\"de lejos\"}");
        theirLast = ana.ack("then-299").pos();
        run("export", "--data", there.toString(), "--to", lines.toString());
      }
    }
    run("import", "--data", before.toString(), early.toString());
  }

  @BeforeEach
  void copy() throws IOException {
    here = Files.createDirectory(temp.resolve("here"));
    try (Stream<Path> files = Files.list(before)) {
      for (Path file : files.toList()) {
        Files.copy(file, here.resolve(file.getFileName()));
      }
    }
  }

  private static String run(String... arguments) {
    ServerUnderTest.Ended ended = ServerUnderTest.run(arguments);
    assertThat(ended.exit()).as(ended.output()).isZero();
    return ended.output();
  }

  private static void talk(FullClient client, String id, int count) {
    for (int i = 0; i < count; i++) {
      client.publish(ROOM, id + "-" + i, id + " " + i);
    }
    client.await("answers", () -> client.unanswered() == 0);
    assertThat(client.refused()).isEmpty();
  }

  private String export() throws IOException {
    Path file = temp.resolve("now.jsonl");
    Files.deleteIfExists(file);
    run("export", "--data", here.toString(), "--to", file.toString());
    return Files.readString(file);
  }

  private String importAll() {
    return run("import", "--data", here.toString(), lines.toString());
  }

  @Test
  void clientsInChangedRoomsAreToldAndOthersContinue() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start(here);
        FullClient luis = new FullClient("luis");
        FullClient eva = new FullClient("eva")) {
      luis.connect(server.port(), ROOM);
      eva.connect(server.port(), "patio");
      AtomicBoolean enough = new AtomicBoolean();
      Thread load =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; !enough.get(); i++) {
                  eva.publishAndWait("patio", "load-" + i, "carga " + i);
                }
              });

      assertThat(importAll()).contains("added 301 entries, 300 already existed");
      luis.await("the news that there is more", () -> luis.room(ROOM).gaps() == 1);
      assertThat(luis.history(ROOM)).hasSize(600);
      Json inbox = luis.request("{\"type\":\"inbox\",\"limit\":10}");
      assertThat(inbox.objects("notifications")).hasSize(1);
      assertThat(importAll()).contains("added 0 entries, 601 already existed");
      talk(luis, "here", 10);
      enough.set(true);
      load.join();

      assertThat(luis.history(ROOM)).hasSize(610);
      assertThat(luis.room(ROOM).gaps()).isEqualTo(1);
      assertThat(eva.room("patio").gaps()).isZero();
      assertThat(eva.refused()).isEmpty();
      luis.assertPromisesKept();
      eva.assertPromisesKept();

      // Whoever was there comes here, and has missed nothing but what was said here.
      try (FullClient ana = new FullClient("ana")) {
        ana.connect(server.port(), ROOM);
        ana.disconnect();
        ana.room(ROOM).moveTo(theirLast);
        ana.connect(server.port());
        ana.awaitPosition(ROOM, luis.ack("here-9").pos());
        assertThat(ana.entries(ROOM)).hasSize(10);
        ana.assertPromisesKept();
      }
    }
    run("check", "--data", here.toString());
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void anInvalidLineIsReportedAndNothingIsChanged() throws IOException {
    Path cut = temp.resolve("cut.jsonl");
    Files.writeString(
        cut, Files.readString(lines).lines().limit(400).reduce("", (a, b) -> a + b + "\n"));
    try (ServerUnderTest server = ServerUnderTest.start(here);
        FullClient luis = new FullClient("luis")) {
      luis.connect(server.port(), ROOM);
      ServerUnderTest.Ended ended =
          ServerUnderTest.run("import", "--data", here.toString(), cut.toString());
      assertThat(ended.exit()).isEqualTo(1);
      assertThat(ended.output()).contains("line 401: the last line of the export is missing");
      talk(luis, "here", 10);
      assertThat(luis.history(ROOM)).hasSize(310);
      luis.assertPromisesKept();
    }
    assertThat(leftovers()).isEmpty();
  }

  /// A file that is a pipe: reading it lasts until the rest is written.
  private Path pipe() throws Exception {
    Path pipe = temp.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  private OperatorApi.Lines ask(Path file) {
    return OperatorApi.post(here, "/api/v1/admin/imports", "{\"file\":\"%s\"}".formatted(file));
  }

  @Test
  void publishingAndReadingContinueDuringAnImport() throws Exception {
    byte[] all = Files.readAllBytes(lines);
    Path pipe = pipe();
    try (ServerUnderTest server = ServerUnderTest.start(here);
        FullClient luis = new FullClient("luis");
        OperatorApi.Lines importing = ask(pipe)) {
      luis.connect(server.port(), ROOM, "patio");
      try (OutputStream out = Files.newOutputStream(pipe)) {
        out.write(all, 0, all.length / 2);
        luis.publish("patio", "meanwhile", "mientras");
        luis.await("the answer", () -> luis.isAcknowledged("meanwhile"));
        assertThat(luis.history(ROOM)).hasSize(300);
        out.write(all, all.length / 2, all.length - all.length / 2);
      }
      assertThat(importing.last().number("added")).isEqualTo(301);
      assertThat(luis.history(ROOM)).hasSize(600);
      luis.assertPromisesKept();
    }
    assertThat(leftovers()).isEmpty();
  }

  @Test
  @Tag("long")
  void anImportInterruptedByAStopChangesNothing() throws Exception {
    byte[] all = Files.readAllBytes(lines);
    Path pipe = pipe();
    try (ServerUnderTest server = ServerUnderTest.start(here);
        OperatorApi.Lines importing = ask(pipe)) {
      try (OutputStream out = Files.newOutputStream(pipe)) {
        out.write(all, 0, all.length / 2);
        server.terminate();
      }
      importing.awaitBreak();
      assertThat(export()).isEqualTo(Files.readString(early));
    }
    try (ServerUnderTest server = ServerUnderTest.start(here)) {
      assertThat(export()).isEqualTo(Files.readString(early));
      assertThat(importAll()).contains("added 301 entries");
      assertThat(export()).isEqualTo(Files.readString(lines));
      assertThat(server.health()).contains("200");
    }
    assertThat(leftovers()).isEmpty();
  }

  @Test
  @Tag("long")
  void anImportIsCancelledWhenItsClientGoesAway() throws Exception {
    byte[] all = Files.readAllBytes(lines);
    Path pipe = pipe();
    try (ServerUnderTest server = ServerUnderTest.start(here);
        FullClient luis = new FullClient("luis")) {
      luis.connect(server.port(), ROOM, "patio");
      try (OperatorApi.Lines importing = ask(pipe);
          OutputStream out = Files.newOutputStream(pipe)) {
        out.write(all, 0, all.length / 2);
        luis.publish("patio", "meanwhile", "mientras");
        assertThat(importing.next().text("type")).isEqualTo("progress");
        importing.leave();
        luis.await("the answer", () -> luis.isAcknowledged("meanwhile"));
      }
      assertThat(luis.history(ROOM)).hasSize(300);
      luis.assertPromisesKept();
      // The next one need not wait.
      assertThat(importAll()).contains("added 301 entries");
    }
    assertThat(leftovers()).isEmpty();
  }

  /// The command has connected to a server that does nothing.
  private CompletableFuture<ServerUnderTest.Ended> askPaused(ServerUnderTest server)
      throws Exception {
    server.pause();
    CompletableFuture<ServerUnderTest.Ended> importing =
        CompletableFuture.supplyAsync(
            () -> ServerUnderTest.run("import", "--data", here.toString(), lines.toString()));
    await().atMost(TestServer.PATIENCE).until(() -> isConnectedTo(server.port()));
    return importing;
  }

  private static boolean isConnectedTo(int port) throws IOException {
    String remote = String.format(Locale.ROOT, ":%04X", port);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      if (Files.readAllLines(Path.of(table)).stream()
          .map(line -> line.strip().split("\\s+", -1))
          .anyMatch(socket -> socket[2].endsWith(remote) && socket[3].equals(ESTABLISHED))) {
        return true;
      }
    }
    return false;
  }

  private static String output(CompletableFuture<ServerUnderTest.Ended> command) throws Exception {
    ServerUnderTest.Ended ended = command.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(ended.exit()).as(ended.output()).isZero();
    return ended.output();
  }

  @Test
  void theCommandImportsWhenTheServerIsKilled() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start(here)) {
      CompletableFuture<ServerUnderTest.Ended> importing = askPaused(server);
      server.kill();
      assertThat(output(importing)).contains("Waiting 10 s", "added 301 entries");
    }
    run("check", "--data", here.toString());
    assertThat(leftovers()).isEmpty();
  }

  @Test
  @Tag("long")
  void theCommandAsksTheServerThatIsStartedAgain() throws Exception {
    CompletableFuture<ServerUnderTest.Ended> importing;
    try (ServerUnderTest server = ServerUnderTest.start(here)) {
      importing = askPaused(server);
      server.kill();
    }
    try (ServerUnderTest server = ServerUnderTest.start(here);
        FullClient luis = new FullClient("luis")) {
      assertThat(output(importing)).contains("added 301 entries");
      luis.connect(server.port(), ROOM);
      assertThat(luis.history(ROOM)).hasSize(600);
    }
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void standardInputIsCopiedToTheFolderForTheServer() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start(here);
        FullClient luis = new FullClient("luis")) {
      luis.connect(server.port(), ROOM);
      Process command = ServerUnderTest.begin(List.of(), "import", "--data", here.toString());
      try (OutputStream in = command.getOutputStream()) {
        in.write(Files.readAllBytes(lines));
      }
      String said = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(command.waitFor()).as(said).isZero();
      assertThat(said).contains("added 301 entries");
      assertThat(luis.history(ROOM)).hasSize(600);
    }
    assertThat(leftovers()).isEmpty();
  }

  private List<String> leftovers() throws IOException {
    try (var files = Files.list(here)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("import"))
          .toList();
    }
  }
}
