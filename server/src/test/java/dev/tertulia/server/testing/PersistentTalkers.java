package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/// Clients that talk in the lobby, one on each node, until they are closed. Each repeats a message
/// with its id until that is stored, and goes to the next node when it loses its connection, or
/// hears nothing for [TestServer#PATIENCE]. For one thread.
public final class PersistentTalkers implements AutoCloseable {
  /// From one message of a client to its next, at least: a server takes a hundred a second of each.
  private static final Duration PAUSE = Duration.ofMillis(12);

  private final Queue<Said> said = new ConcurrentLinkedQueue<>();
  private final List<CompletableFuture<Void>> talking = new ArrayList<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger moves = new AtomicInteger();
  private final List<Integer> ports;
  private volatile boolean ending;

  /// A message that was acknowledged, or delivered.
  ///
  /// @param text the client and the number of its message
  public record Said(long offset, String text) {
    /// That of a frame, or of an entry in a page.
    public static Said of(Json message) {
      return new Said(message.number("offset"), message.text("message"));
    }
  }

  /// Begins.
  ///
  /// @param ports of the nodes, on loopback
  public PersistentTalkers(List<Integer> ports) {
    this.ports = List.copyOf(ports);
    for (int i = 0; i < ports.size(); i++) {
      int node = i;
      talking.add(CompletableFuture.runAsync(() -> talk(node), Thread::startVirtualThread));
    }
  }

  /// The ports of the nodes.
  public List<Integer> ports() {
    return ports;
  }

  private void talk(int node) {
    String client = "talker" + (node + 1);
    int next = 1;
    for (int at = node; !ending; at = (at + 1) % ports.size()) {
      try (FullPeer talker = FullPeer.connect(ports.get(at), client)) {
        talker.ask("'type':'hello'");
        while (!ending) {
          say(talker, client + " " + next);
          next++;
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      } catch (FullPeer.ClosedException | FullPeer.SilentException | CompletionException e) {
        moves.incrementAndGet();
      }
    }
  }

  private void say(FullPeer talker, String text) {
    String chat = "'type':'chat','room':'lobby','message':'%s','id':'%<s'".formatted(text);
    Json reply = talker.ask(chat);
    while (!reply.type().equals("ok")) {
      assertThat(reply.text("code")).as(reply.text()).isEqualTo("unavailable");
      refused.incrementAndGet();
      Awaitility.await().pollDelay(Duration.ofMillis(20)).until(() -> true);
      reply = talker.ask(chat);
    }
    said.add(new Said(reply.number("offset"), text));
  }

  /// Waits until so many more messages are stored.
  public void await(int more) {
    int from = said.size();
    Awaitility.await()
        .atMost(TestServer.PATIENCE)
        .until(() -> areTalking() && said.size() >= from + more);
  }

  /// Throws what has ended one of them, which is something that it was told and must not be.
  private boolean areTalking() {
    talking.stream()
        .filter(CompletableFuture::isCompletedExceptionally)
        .forEach(CompletableFuture::join);
    return true;
  }

  /// Waits until the client of each node has stored a message again, and prints after how long.
  ///
  /// @param after what has happened now
  public void awaitAll(String after) {
    awaitAll(after, TestServer.PATIENCE);
  }

  /// As above.
  ///
  /// @param most how long it may take for each
  public void awaitAll(String after, Duration most) {
    long begin = System.nanoTime();
    int from = said.size();
    for (int i = 1; i <= ports.size(); i++) {
      String client = "talker" + i + " ";
      Awaitility.await()
          .atMost(most)
          .pollInterval(Duration.ofMillis(20))
          .until(() ->
              areTalking()
                  && said.stream().skip(from).anyMatch(each -> each.text.startsWith(client)));
      System.out.printf(
          "%sstores again %s ms after %s%n",
          client, (System.nanoTime() - begin) / 1_000_000, after);
    }
  }

  /// Waits until one of them is refused, being told that nothing can be stored, and prints after
  /// how long.
  public void awaitRefusal() {
    long begin = System.nanoTime();
    int from = refused.get();
    Awaitility.await().atMost(TestServer.PATIENCE).until(() -> refused.get() > from);
    System.out.printf("refused after %s ms%n", (System.nanoTime() - begin) / 1_000_000);
  }

  /// How many messages are acknowledged so far.
  public int acknowledged() {
    return said.size();
  }

  /// How often one of them was refused.
  public int refusals() {
    return refused.get();
  }

  /// How often one of them has lost its connection.
  public int moves() {
    return moves.get();
  }

  /// Ends.
  ///
  /// @return what was stored, by its offset
  public List<Said> end() {
    ending = true;
    talking.forEach(CompletableFuture::join);
    return said.stream().sorted(Comparator.comparingLong(Said::offset)).toList();
  }

  /// The messages of each client are there once, and in the order in which it has sent them.
  public static void requireOrder(List<Said> all) {
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
