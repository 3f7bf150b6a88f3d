package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A backup is restored under clients of which some had seen more than it contains. These are told
/// so, in the rooms concerned; the others continue unaffected; no client has a gap that it was not
/// told of, although offsets are used a second time.
@Tag("system")
final class RestoreTest {
  private static final List<String> ROOMS = List.of("quiet", "plaza", "market", "new");

  /// Nothing is said there before the backup.
  private static final String NEW = "new";

  /// Nothing is said there after the backup, until it is restored.
  private static final String QUIET = "quiet";

  private static final int CLIENTS = 12;

  @TempDir private Path folder;

  private final List<FullClient> clients = new ArrayList<>();
  private final Map<String, Long> heads = new HashMap<>();
  private int messages;

  @Test
  void onlyClientsThatHadSeenMoreAreTold() {
    RandomGenerator random = Seeded.print().random();
    Path data = folder.resolve("data");
    Path backup = folder.resolve("backup.sqlite");
    FullClient speaker = new FullClient("speaker");
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new FullClient("client" + i));
    }
    try (ServerUnderTest server = ServerUnderTest.start(data)) {
      connect(server, speaker);
      clients.forEach(client -> connect(server, client));
      for (String room : ROOMS) {
        speak(speaker, room, room.equals(NEW) ? 0 : 1 + random.nextInt(20));
      }
      leave(0, CLIENTS / 3);
      Map<String, Long> saved = Map.copyOf(heads);
      succeed("backup", "--data", data.toString(), "--to", backup.toString());
      for (String room : ROOMS) {
        speak(speaker, room, room.equals(QUIET) ? 0 : 5 + random.nextInt(20));
      }
      leave(CLIENTS / 3, CLIENTS);
      server.terminate();
      heads.clear();
      heads.putAll(saved);
    }
    succeed("restore", "--data", data.toString(), "--from", backup.toString(), "--replace");

    Set<String> ahead = ahead();
    assertThat(ahead).hasSize((CLIENTS - CLIENTS / 3) * 3);
    FullClient after = new FullClient("after");
    try (ServerUnderTest server = ServerUnderTest.start(data)) {
      connect(server, after);
      // Some come back while offsets are still lower than what they had seen, others when they
      // are used again.
      int half = CLIENTS / 2;
      clients.subList(0, half).forEach(client -> client.connect(server.port()));
      for (String room : ROOMS) {
        speak(after, room, 30);
      }
      clients.subList(half, CLIENTS).forEach(client -> client.connect(server.port()));
      for (String room : ROOMS) {
        speak(after, room, 1);
      }
      for (FullClient client : clients) {
        ROOMS.forEach(room -> look(client, room, after, ahead));
        client.assertPromisesKept();
      }
      after.assertPromisesKept();
    } finally {
      clients.forEach(FullClient::close);
      speaker.close();
      after.close();
    }
  }

  private static void connect(ServerUnderTest server, FullClient client) {
    client.connect(server.port(), ROOMS.toArray(String[]::new));
  }

  /// Says something `count` times, and waits until it is stored.
  private void speak(FullClient client, String room, int count) {
    for (int i = 0; i < count; i++) {
      String id = "m" + messages++;
      assertThat(client.publishAndWait(room, id, "text of " + id)).isTrue();
      heads.put(room, client.ack(id).offset());
    }
  }

  /// Waits until some have seen all there is, and lets them go.
  private void leave(int from, int to) {
    for (FullClient client : clients.subList(from, to)) {
      for (String room : ROOMS) {
        client.await(
            "the end of " + room, () -> seen(client, room) >= heads.getOrDefault(room, 0L));
      }
      client.close();
    }
  }

  /// The offset up to which `client` has seen `room`.
  private static long seen(FullClient client, String room) {
    List<Seen> entries = client.entries(room);
    return entries.isEmpty() ? 0 : entries.getLast().offset();
  }

  private Set<String> ahead() {
    Set<String> ahead = new HashSet<>();
    for (FullClient client : clients) {
      for (String room : ROOMS) {
        if (seen(client, room) > heads.getOrDefault(room, 0L)) {
          ahead.add(client.name() + " in " + room);
        }
      }
    }
    return ahead;
  }

  private static void look(FullClient client, String room, FullClient witness, Set<String> ahead) {
    List<Seen> log = witness.history(room);
    client.awaitPosition(room, log.getLast().pos());
    String who = client.name() + " in " + room;
    assertThat(client.room(room).gaps()).as(who).isEqualTo(ahead.contains(who) ? 1 : 0);
    List<Seen> entries = client.entries(room);
    if (ahead.contains(who)) {
      // The newest, without a gap among them.
      assertThat(log).as(who).endsWith(entries.toArray(Seen[]::new));
    } else {
      assertThat(entries).as(who).isEqualTo(log);
    }
  }

  private static void succeed(String... command) {
    ServerUnderTest.Ended ended = ServerUnderTest.run(command);
    assertThat(ended.exit()).as(ended.output()).isZero();
  }
}
