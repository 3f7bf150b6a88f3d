package dev.tertulia.server.clientjs;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `examples/node.mjs` is a participant in a terminal. It runs in a folder like that of the
/// project, with the npm package `ws` installed.
@Tag("system")
final class NodeExampleTest {
  private static final Path PROJECT = Node.CLIENT.resolveSibling(".").normalize();
  private static final Path EXAMPLE = Path.of("examples", "node.mjs");
  private static final Path BUILT = Path.of("client-js", "dist");
  private static final int MOST_LINES = 40;

  @TempDir private Path folder;

  private final TestServer server = TestServer.start();

  /// What the example has printed. Guarded by itself.
  private final List<String> printed = new ArrayList<>();

  @BeforeEach
  void layOut() throws IOException {
    copy(PROJECT, EXAMPLE);
    copy(PROJECT, BUILT);
    Path ws = Node.npmPackage("ws");
    copy(requireNonNull(ws.getParent()), Path.of("ws"), folder.resolve("node_modules"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void printsWhatIsSaidAndSendsWhatIsTyped() throws Exception {
    try (TestClient luis = TestClient.connect(server, "luis")) {
      Process example = start("lobby", "ana");
      try (Writer keyboard = example.outputWriter()) {
        awaitLine("-- online");
        keyboard.write("hola\n\n¿qué tal?\n");
        keyboard.flush();
        assertThat(luis.next(frame -> frame.contains("¿qué tal?"))).contains("\"ana\"");
        awaitLine("ana: ¿qué tal?");
        luis.chat("Luis", "bien");
        awaitLine("Luis: bien");
        assertThat(lines()).containsSubsequence("ana: hola", "ana: ¿qué tal?", "Luis: bien");
      } finally {
        awaitEnd(example);
      }
      assertThat(example.exitValue()).isZero();
    }
  }

  @Test
  void sendsTheMessageThatItIsGivenAndEnds() throws Exception {
    try (TestClient luis = TestClient.connect(server, "luis")) {
      Process example = start("lobby", "ana", "hasta mañana");
      awaitEnd(example);
      assertThat(example.exitValue()).as(() -> lines().toString()).isZero();
      luis.next(frame -> frame.contains("hasta mañana"));
    }
  }

  @Test
  void aMessageThatIsRefusedEndsItWithTheReason() throws Exception {
    Process example = start("no room has this name", "ana", "hola");
    awaitEnd(example);
    assertThat(example.exitValue()).isOne();
    assertThat(lines()).anyMatch(line -> line.startsWith("-- not sent: invalid: "));
  }

  @Test
  void itIsShort() throws IOException {
    assertThat(Files.readAllLines(PROJECT.resolve(EXAMPLE))).hasSizeLessThan(MOST_LINES);
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("node", EXAMPLE.toString()));
    command.add(server.http("").toString());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    Thread.ofVirtual().start(() -> process.inputReader().lines().forEach(this::print));
    return process;
  }

  private void print(String line) {
    synchronized (printed) {
      printed.add(line);
    }
  }

  private List<String> lines() {
    synchronized (printed) {
      return List.copyOf(printed);
    }
  }

  private void awaitLine(String line) {
    await().atMost(TestServer.PATIENCE).untilAsserted(() -> assertThat(lines()).contains(line));
  }

  private static void awaitEnd(Process process) throws InterruptedException {
    try {
      assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private void copy(Path from, Path name) throws IOException {
    copy(from, name, folder);
  }

  /// Copies a file, or a folder with everything in it.
  private static void copy(Path from, Path name, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from.resolve(name))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }
}
