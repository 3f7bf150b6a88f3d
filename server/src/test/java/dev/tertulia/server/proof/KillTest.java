package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.protocol.full.Request;
import dev.tertulia.server.testing.Seeded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server is killed in the midst of its work, again and again on one folder.
@Tag("system")
final class KillTest {
  private static final String ROOM = "plaza";
  private static final int WRITERS = 4;
  private static final int IN_FLIGHT = 200;
  private static final int MOST_ACKS_IN_A_ROUND = 3000;

  @TempDir private Path folder;

  @Test
  void acknowledgedMessagesAreStoredOnceAndInOrder() {
    killAndLook(3);
  }

  @Test
  @Tag("long")
  void acknowledgedMessagesAreStoredOnceAndInOrderInManyRounds() {
    killAndLook(50);
  }

  /// Somebody who sends one message after the other, and always has so many on their way.
  private static final class Writer {
    private final FullClient client;
    private int number;
    private volatile boolean going;

    private Writer(int index) {
      client = new FullClient("writer" + index);
      client.whenAnswered(this::next);
    }

    private void goOn() {
      going = true;
      synchronized (client) {
        // The last that was acknowledged, once more: it gets the first reply again.
        Optional<String> last = client.acks().keySet().stream().reduce((_, next) -> next);
        client.repeatUnanswered();
        last.filter(id -> !client.awaitsReply(id)).ifPresent(client::repeat);
        while (client.unanswered() < IN_FLIGHT) {
          next();
        }
      }
    }

    private void next() {
      if (going && client.unanswered() < IN_FLIGHT) {
        client.publish(ROOM, "%s-%s".formatted(client.name(), number), "message " + number);
        number++;
      }
    }
  }

  private void killAndLook(int rounds) {
    Seeded seeded = Seeded.print();
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(i));
    }
    FullClient reader = new FullClient("reader");
    List<FullClient> all = new ArrayList<>(writers.stream().map(writer -> writer.client).toList());
    all.add(reader);
    Duration slowest = Duration.ZERO;
    for (int round = 1; round <= rounds; round++) {
      long began = System.nanoTime();
      try (ServerUnderTest server = ServerUnderTest.start(folder)) {
        reader.connect(server.port(), ROOM);
        Duration serving = Duration.ofNanos(System.nanoTime() - began);
        slowest = serving.compareTo(slowest) > 0 ? serving : slowest;
        int until = acks(writers) + seeded.random().nextInt(MOST_ACKS_IN_A_ROUND);
        for (Writer writer : writers) {
          writer.client.connect(server.port(), ROOM);
          writer.goOn();
        }
        Writer last = writers.getLast();
        last.client.await("the moment to kill", () -> acks(writers) >= until);
        server.kill();
        all.forEach(FullClient::awaitEnd);
        System.out.printf(
            "round %s of %s: serving after %s ms, %s acknowledged so far, %s on their way%n",
            round, rounds, serving.toMillis(), acks(writers), unanswered(writers));
      }
      writers.forEach(writer -> writer.going = false);
    }
    System.out.printf("serving again within %s ms at most%n", slowest.toMillis());
    try (ServerUnderTest server = ServerUnderTest.start(folder)) {
      for (FullClient client : all) {
        client.connect(server.port(), ROOM);
        client.repeatUnanswered();
      }
      for (FullClient client : all) {
        client.await("all replies", () -> client.unanswered() == 0);
      }
      List<Seen> log = reader.history(ROOM);
      assertOnceAndInOrder(log, writers);
      for (FullClient client : all) {
        client.awaitPosition(ROOM, log.getLast().pos());
        client.assertPromisesKept();
        assertThat(client.room(ROOM).smallestGap())
            .as("what %s had missed when it was told of a gap", client.name())
            .isGreaterThan(Request.MAX_MISSED);
        assertThat(client.entries(ROOM))
            .as("what %s saw, over all rounds", client.name())
            .isEqualTo(since(client, log));
      }
    } finally {
      all.forEach(FullClient::close);
    }
  }

  /// The part of `log` that a client has to have: who comes late begins with the newest.
  private static List<Seen> since(FullClient client, List<Seen> log) {
    List<Seen> entries = client.entries(ROOM);
    return entries.isEmpty() ? log : log.subList(log.indexOf(entries.getFirst()), log.size());
  }

  private static void assertOnceAndInOrder(List<Seen> log, List<Writer> writers) {
    Map<String, List<Seen>> byWriter = new HashMap<>();
    List<Long> offsets = new ArrayList<>();
    for (Seen entry : log) {
      byWriter.computeIfAbsent(entry.client(), _ -> new ArrayList<>()).add(entry);
      offsets.add(entry.offset());
    }
    assertThat(offsets).as("offsets").isSorted().doesNotHaveDuplicates();
    for (Writer writer : writers) {
      List<Seen> stored = byWriter.getOrDefault(writer.client.name(), List.of());
      List<FullClient.Sent> sent = List.copyOf(writer.client.sent());
      assertThat(stored.stream().map(Seen::id).toList())
          .as("all that %s sent, each once, in its order", writer.client.name())
          .isEqualTo(sent.stream().map(FullClient.Sent::id).toList());
      for (int i = 0; i < stored.size(); i++) {
        Seen entry = stored.get(i);
        FullClient.Ack ack = writer.client.ack(entry.id());
        assertThat(entry.pos()).isEqualTo(ack.pos());
        assertThat(entry.offset()).isEqualTo(ack.offset());
        assertThat(entry.text()).isEqualTo(sent.get(i).text());
      }
    }
  }

  private static int acks(List<Writer> writers) {
    return writers.stream().mapToInt(writer -> writer.client.acknowledged()).sum();
  }

  private static int unanswered(List<Writer> writers) {
    return writers.stream().mapToInt(writer -> writer.client.unanswered()).sum();
  }
}
