package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Hundreds of clients connect, talk and disconnect in an order determined by a seed, and no client
/// misses or sees twice what it should see.
///
/// What each client should see follows from one rule: every message of the lobby, and every
/// broadcast, that is sent between the moment at which its connection is known to be open and the
/// moment at which it begins to close; all of its own notifications, and none of others.
final class CrowdTest {
  private static final int LARGEST_CROWD = 300;
  private static final Pattern MESSAGE = Pattern.compile("\"message\":\"(\\w+) (\\d+)\"");
  private static final Pattern OFFSET = Pattern.compile("\"offset\":(\\d+)");

  /// A client in the crowd.
  ///
  /// @param due what it must see, by number, each with its kind
  private record Guest(TestClient client, Map<Integer, String> due) {}

  @Test
  void noClientMissesAnythingOrSeesItTwice() {
    crowd(System.nanoTime(), 1_000);
  }

  @Test
  @Tag("long")
  void noClientMissesAnythingOrSeesItTwiceWithManySeeds() {
    LongStream.range(0, 50).forEach(seed -> crowd(seed, 3_000));
  }

  private static void crowd(long seed, int steps) {
    System.out.println("CrowdTest: seed " + seed);
    Random random = new Random(seed);
    List<Guest> crowd = new ArrayList<>();
    try (TestServer server =
        TestServer.start(
            Map.of(
                Setting.LIMITS_MESSAGES_PER_SECOND, "0", Setting.LIMITS_BYTES_PER_SECOND, "0"))) {
      int numbers = 0;
      int arrivals = 0;
      for (int step = 0; step < steps; step++) {
        int dice = random.nextInt(100);
        if (crowd.size() < 2 || (dice < 25 && crowd.size() < LARGEST_CROWD)) {
          String id = "guest" + arrivals++;
          crowd.add(new Guest(TestClient.connect(server, id), new HashMap<>()));
        } else if (dice < 35) {
          leave(crowd.remove(random.nextInt(crowd.size())), seed, random.nextBoolean());
        } else {
          speak(crowd, crowd.get(random.nextInt(crowd.size())), dice, numbers++);
        }
      }
      Collections.shuffle(crowd, random);
      while (!crowd.isEmpty()) {
        leave(crowd.removeLast(), seed, random.nextBoolean());
      }
    }
  }

  private static void speak(List<Guest> crowd, Guest speaker, int dice, int number) {
    String kind = dice < 80 ? "chat" : dice < 90 ? "broadcast_notification" : "notification";
    speaker.client.send("{\"type\":\"%s\",\"message\":\"%s %s\"}".formatted(kind, kind, number));
    for (Guest guest : kind.equals("notification") ? List.of(speaker) : crowd) {
      guest.due.put(number, kind);
    }
  }

  /// Waits until `guest` has seen what it should, checks that it saw nothing else twice or out of
  /// order, and lets it go.
  private static void leave(Guest guest, long seed, boolean politely) {
    Set<Integer> seen = new LinkedHashSet<>();
    Map<String, Long> lastOffset = new HashMap<>();
    while (!seen.containsAll(guest.due.keySet())) {
      look(guest, guest.client.next(), seen, lastOffset, seed);
    }
    for (String more : guest.client.rest()) {
      look(guest, more, seen, lastOffset, seed);
    }
    if (politely) {
      guest.client.close();
    } else {
      guest.client.abort();
    }
  }

  private static void look(
      Guest guest, String text, Set<Integer> seen, Map<String, Long> lastOffset, long seed) {
    Matcher message = MESSAGE.matcher(text);
    if (!message.find()) {
      assertThat(text).as("seed %s", seed).contains("se ha desconectado.");
      return;
    }
    int number = Integer.parseInt(message.group(2));
    String kind = message.group(1);
    assertThat(seen.add(number))
        .as("%s twice, seed %s: %s", guest.client.id(), seed, text)
        .isTrue();
    assertThat(kind.equals("notification") && !guest.due.containsKey(number))
        .as("another's notification, seed %s: %s", seed, text)
        .isFalse();
    Matcher offset = OFFSET.matcher(text);
    assertThat(offset.find()).isTrue();
    long place = Long.parseLong(offset.group(1));
    Long before = lastOffset.put(kind, place);
    assertThat(before == null || before < place).as("order, seed %s: %s", seed, text).isTrue();
  }
}
