package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.PostgresPair;
import dev.tertulia.server.testing.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;

/// Clients that talk in the lobby, one on each node, until they are closed. Each repeats a message
/// with its id until that is stored.
final class PersistentTalkers implements AutoCloseable {
  private final Queue<Said> said = new ConcurrentLinkedQueue<>();
  private final List<CompletableFuture<Void>> talking = new ArrayList<>();
  private volatile boolean ending;

  /// A message that was acknowledged, or delivered.
  ///
  /// @param text the client and the number of its message
  record Said(long offset, String text) {
    static Said of(Json message) {
      return new Said(message.number("offset"), message.text("message"));
    }
  }

  PersistentTalkers(List<TestServer> nodes) {
    for (int i = 1; i <= nodes.size(); i++) {
      TestServer node = nodes.get(i - 1);
      String client = "talker" + i;
      talking.add(CompletableFuture.runAsync(() -> talk(node, client), Thread::startVirtualThread));
    }
  }

  private void talk(TestServer node, String client) {
    try (FullPeer talker = FullPeer.hello(node, client, "")) {
      for (int i = 1; !ending; i++) {
        String text = client + " " + i;
        String chat = "'type':'chat','room':'lobby','message':'%s','id':'%<s'".formatted(text);
        Json reply = talker.ask(chat);
        while (!reply.type().equals("ok")) {
          assertThat(reply.text("code")).as(reply.text()).isEqualTo("unavailable");
          Awaitility.await().pollDelay(Duration.ofMillis(20)).until(() -> true);
          reply = talker.ask(chat);
        }
        said.add(new Said(reply.number("offset"), text));
      }
    }
  }

  /// Waits until so many more messages are stored.
  void await(int more) {
    int from = said.size();
    Awaitility.await().atMost(TestServer.PATIENCE).until(() -> said.size() >= from + more);
  }

  /// Fails over, and prints after how long each node has stored a message again.
  void failOver(PostgresPair pair) {
    pair.failOver();
    long promoted = System.nanoTime();
    int from = said.size();
    for (int i = 1; i <= talking.size(); i++) {
      String client = "talker" + i + " ";
      Awaitility.await()
          .atMost(TestServer.PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> said.stream().skip(from).anyMatch(each -> each.text.startsWith(client)));
      System.out.printf(
          "%s%s ms after the promotion%n", client, (System.nanoTime() - promoted) / 1_000_000);
    }
  }

  /// Ends.
  ///
  /// @return what was stored, by its offset
  List<Said> end() {
    ending = true;
    talking.forEach(CompletableFuture::join);
    return said.stream().sorted(Comparator.comparing(Said::offset)).toList();
  }

  /// The messages of each client are there once, and in the order in which it has sent them.
  static void requireOrder(List<Said> all) {
    Map<String, Integer> last = new HashMap<>();
    for (Said each : all) {
      String[] parts = each.text.split(" ", -1);
      int number = Integer.parseInt(parts[1]);
      assertThat(number).as(each.text).isEqualTo(last.getOrDefault(parts[0], 0) + 1);
      last.put(parts[0], number);
    }
  }

  @Override
  public void close() {
    ending = true;
  }
}
