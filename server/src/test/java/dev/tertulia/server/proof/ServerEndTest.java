package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.ServiceManager;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a server process ends when it is asked to, with clients of each kind connected.
@Tag("system")
final class ServerEndTest {
  @TempDir private Path folder;

  private Path data() {
    return folder.resolve("data");
  }

  private static Map<String, String> drain(String grace, String period) {
    return Map.of(
        "TERTULIA_DRAIN_GRACE", grace, "TERTULIA_DRAIN_PERIOD", period, "TERTULIA_LANGUAGE", "en");
  }

  private static RawSocket webSocket(ServerUnderTest server, String client) {
    RawSocket socket = RawSocket.open(server.port());
    socket.send(RawSocket.handshake(client, server.port()));
    assertThat(socket.head()).startsWith("HTTP/1.1 101");
    return socket;
  }

  private static RawSocket stream(ServerUnderTest server, String client) {
    RawSocket socket = RawSocket.open(server.port());
    socket.send(
        "GET /api/v1/stream?client=%s&rooms=lobby HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            .formatted(client));
    assertThat(socket.head()).startsWith("HTTP/1.1 200");
    return socket;
  }

  private static void assertCleanEnd(ServerUnderTest server) {
    assertThat(server.exitCode()).as("%s", server.lines()).isZero();
    assertThat(server.lines().getLast()).contains("Tertulia has stopped");
    assertThat(server.lines())
        .noneMatch(line -> line.contains("ERROR") || line.contains("NoClassDefFound"));
  }

  @Test
  void aSecondSignalEndsTheDrainAtOnce() throws Exception {
    try (ServerUnderTest server = ServerUnderTest.start(data(), drain("10m", "10m"), List.of());
        RawSocket ana = webSocket(server, "ana?v=1");
        TestClient leo = TestClient.connect(server.port(), "leo")) {
      server.askToEnd();
      server.awaitLine("Draining");
      assertThat(server.health()).startsWith("503").contains("draining");
      server.askToEnd();
      assertThat(ana.read(8).closeText()).startsWith("draining ");
      assertThat(leo.awaitClose()).isEqualTo("1001 going away");
      server.awaitEnd();
      assertCleanEnd(server);
    }
  }

  @Test
  void theManagerOfAProcessIsToldOfItsWholeLife() throws Exception {
    Path address = folder.resolve("notify");
    try (ServiceManager manager = new ServiceManager(address.toString());
        ServerUnderTest server =
            ServerUnderTest.start(data(), Map.of("NOTIFY_SOCKET", address.toString()), List.of())) {
      manager.next("READY=1");
      server.hangUp();
      List<String> reloading = manager.next("RELOADING=1");
      long now = System.nanoTime() / 1000;
      assertThat(Long.parseLong(ServiceManager.value(reloading, "MONOTONIC_USEC")))
          .as("by the clock that all processes of the machine share")
          .isBetween(now - TestServer.PATIENCE.toMillis() * 1000, now);
      manager.next("READY=1");
      server.askToEnd();
      manager.next("STOPPING=1");
      server.awaitEnd();
      assertCleanEnd(server);
    }
  }

  /// An upgrade replaces or deletes the files of the program while it runs.
  @Test
  void aServerWhoseFilesAreGoneStillDrainsAndExitsWithZero() throws Exception {
    Path program = Files.createDirectories(folder.resolve("program"));
    try (ServerUnderTest server =
        ServerUnderTest.start(data(), drain("100ms", "1s"), List.of(), copy(program))) {
      List<RawSocket> clients = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        clients.add(webSocket(server, "full-" + i + "?v=1"));
        clients.add(webSocket(server, "base-" + i));
        clients.add(stream(server, "stream-" + i));
      }
      assertThat(server.health()).startsWith("200");
      // What the end needs is loaded beside the start.
      await().atMost(TestServer.PATIENCE).until(() -> !hasThread(server, "end-classes"));
      delete(program);
      assertThat(program).doesNotExist();
      server.askToEnd();
      for (int i = 0; i < clients.size(); i += 3) {
        assertThat(clients.get(i).read(8).closeCode()).isEqualTo(4000);
        assertThat(clients.get(i + 1).read(8).closeCode()).isEqualTo(1001);
        assertThat(clients.get(i + 2).untilEnd())
            .containsPattern(Pattern.compile("event: close\\Rdata: .*4000"));
      }
      clients.forEach(RawSocket::close);
      server.awaitEnd();
      assertCleanEnd(server);
    }
  }

  private static boolean hasThread(ServerUnderTest server, String name) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + server.pid() + "/task"))) {
      return threads.anyMatch(thread -> {
        try {
          return Files.readString(thread.resolve("comm")).strip().equals(name);
        } catch (IOException e) {
          return false;
        }
      });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Copies the class path of this test: classes as files, and libraries as links.
  private static String copy(Path to) throws IOException {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      Path from = Path.of(entry);
      Path copied = to.resolve(entries.size() + "-" + from.getFileName());
      if (Files.isDirectory(from)) {
        try (Stream<Path> files = Files.walk(from)) {
          for (Path file : files.toList()) {
            Files.copy(file, copied.resolve(from.relativize(file)));
          }
        }
      } else if (Files.exists(from)) {
        Files.createSymbolicLink(copied, from.toAbsolutePath());
      }
      entries.add(copied.toString());
    }
    return String.join(":", entries);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
