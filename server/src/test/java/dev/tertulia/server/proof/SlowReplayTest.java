package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.TestStore;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients come back to a room in which they have missed far more than fits into the server's
/// memory, and do not read on: neither the server's memory nor a transaction of the database waits
/// for them.
@Tag("system")
@Tag(Postgres.TAG)
final class SlowReplayTest {
  private static final int MESSAGES = 2_500;
  private static final int CLIENTS = 8;
  private static final String TEXT = "x".repeat(60 * 1024);

  /// Of the 256 MiB that the server has; the messages for each client are 150 MiB.
  private static final long HEAP = 128;

  private static final String LAST = "the last one";

  private static final Pattern USED = Pattern.compile("(?:DefNew|Tenured) .*used (\\d+)K");

  @TempDir private Path folder;

  @Test
  void neitherMemoryNorATransactionWaitsForASlowClient() throws Exception {
    Path log = Files.createDirectory(folder.resolve("log"));
    String first = store(log);
    String database = Files.readString(log.resolve("postgres-address"));
    List<RawSocket> clients = new ArrayList<>();
    try (ServerUnderTest server =
        ServerUnderTest.start(
            folder.resolve("data"),
            Map.of(
                "TERTULIA_DATABASE",
                database,
                // They do not answer pings.
                "TERTULIA_HEARTBEAT_INTERVAL",
                "10m",
                "TERTULIA_HEARTBEAT_TIMEOUT",
                "20m"),
            List.of())) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(join(server.port(), "slow" + i, first));
      }
      // They have had their first pages, and now read nothing more.
      await()
          .during(Duration.ofSeconds(2))
          .atMost(TestServer.PATIENCE)
          .until(() -> openTransactions(database).equals("0"));
      long used = usedHeap(server.pid());
      System.out.printf("%s slow clients: %s MiB of the heap are used%n", CLIENTS, used);
      assertThat(used).isLessThan(HEAP);
      assertThat(server.health()).startsWith("200 ");
      assertThat(readAll(clients.getFirst())).isEqualTo(MESSAGES - 2);
      assertThat(usedHeap(server.pid())).isLessThan(HEAP);
    } finally {
      clients.forEach(RawSocket::close);
      Postgres.shared().drop(database);
    }
  }

  /// @return where the first message is
  private static String store(Path folder) {
    List<CompletableFuture<Outcome>> all = new ArrayList<>();
    try (TestLog log = new TestLog(folder, TestStore.POSTGRES)) {
      log.keepsTime = true;
      for (int i = 0; i < MESSAGES; i++) {
        String text = i < MESSAGES - 1 ? TEXT : LAST;
        all.add(log.append(new Entry.Chat(TestLog.ANA, "Ana", text), null));
        if (i % 100 == 99) {
          TestLog.await(all.getLast());
        }
      }
      TestLog.await(all.getLast());
    }
    Outcome.Stored first = (Outcome.Stored) all.getFirst().join();
    return String.valueOf(first.position());
  }

  /// Comes back to the lobby, and waits for the answer.
  private static RawSocket join(int port, String client, String after) {
    RawSocket socket = RawSocket.open(port);
    socket.send(RawSocket.handshake(client + "?v=1", port));
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
    socket.sendText("{\"type\":\"hello\"}");
    socket.sendText("{\"type\":\"join\",\"room\":\"lobby\",\"after\":\"" + after + "\"}");
    while (!socket.hasInput()) {
      Thread.onSpinWait();
    }
    return socket;
  }

  /// @return how many messages came before the last one
  private static int readAll(RawSocket client) {
    int texts = 0;
    while (true) {
      String frame = client.read(1).text();
      for (int at = frame.indexOf(TEXT); at >= 0; at = frame.indexOf(TEXT, at + TEXT.length())) {
        texts++;
      }
      if (frame.contains(LAST)) {
        return texts;
      }
    }
  }

  /// How many transactions of the server have been open for longer than a query takes.
  private static String openTransactions(String database) {
    return Postgres.ask(
        database,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            + " AND application_name = 'tertulia'"
            + " AND xact_start < clock_timestamp() - interval '1 s'");
  }

  /// In MiB, after a collection.
  private static long usedHeap(long pid) throws IOException {
    jcmd(pid, "GC.run");
    long used =
        USED.matcher(jcmd(pid, "GC.heap_info"))
            .results()
            .mapToLong(generation -> Long.parseLong(generation.group(1)))
            .sum();
    assertThat(used).isPositive();
    return used / 1024;
  }

  private static String jcmd(long pid, String command) throws IOException {
    Path program = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(program.toString(), Long.toString(pid), command)
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
