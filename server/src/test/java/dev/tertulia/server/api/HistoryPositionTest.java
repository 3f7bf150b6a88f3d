package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Pages of history and the live amendments past their position give what is there now.
@Tag(ServerStore.PROTOCOL)
final class HistoryPositionTest {
  private static final int MESSAGES = 40;
  private static final int PAGES = 60;
  private static final int UNDER_WAY = 10;

  /// What a reader knows of one message.
  private static final class View {
    private String text = "";
    private boolean deleted;
    private final Map<String, Long> reactions = new TreeMap<>();
    private final Map<String, Boolean> mine = new TreeMap<>();

    View(Json message) {
      deleted = message.has("deleted");
      text = deleted ? "" : message.text("message");
      if (message.has("reactions")) {
        for (Json reaction : message.objects("reactions")) {
          reactions.put(reaction.text("emoji"), reaction.number("count"));
          mine.put(reaction.text("emoji"), reaction.truth("mine"));
        }
      }
    }

    void apply(Json amendment, String reader) {
      switch (amendment.type()) {
        case "edited" -> text = amendment.has("deleted") ? "" : amendment.text("message");
        case "deleted" -> {
          deleted = true;
          text = "";
          reactions.clear();
          mine.clear();
        }
        case "reaction" -> {
          boolean removed = amendment.truth("removed");
          String emoji = amendment.text("emoji");
          reactions.merge(emoji, removed ? -1L : 1L, Long::sum);
          reactions.remove(emoji, 0L);
          if (amendment.text("client").equals(reader)) {
            mine.put(emoji, !removed);
          }
        }
        default -> throw new AssertionError(amendment.text());
      }
    }

    @Override
    public String toString() {
      List<String> counts = new ArrayList<>();
      reactions.forEach((emoji, count) ->
          counts.add(emoji + count + (mine.getOrDefault(emoji, false) ? "!" : "")));
      return deleted ? "deleted" : text + " " + counts;
    }
  }

  /// Amends messages at random until it is told to end, with some requests under way at a time.
  private static void amend(Talker talker, RandomGenerator random, AtomicBoolean ended) {
    int number = 0;
    while (!ended.get()) {
      for (int i = 0; i < UNDER_WAY; i++) {
        talker.say(amendment(random, ++number));
      }
      talker.ask("{\"type\":\"ping\"}");
    }
  }

  private static String amendment(RandomGenerator random, int number) {
    long target = 1L + random.nextInt(MESSAGES);
    String fields = "\"room\":\"busy\",\"target\":" + target;
    String emoji = ",\"emoji\":\"e" + random.nextInt(3) + "\"";
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> "{\"type\":\"edit\",%s,\"message\":\"%s\"}".formatted(fields, number);
      case 4 -> "{\"type\":\"chat\",\"room\":\"busy\",\"message\":\"%s\"}".formatted(number);
      case 5, 6, 7 -> "{\"type\":\"react\",%s%s,\"remove\":true}".formatted(fields, emoji);
      case 8 ->
          random.nextInt(200) == 0
              ? "{\"type\":\"delete\",%s}".formatted(fields)
              : "{\"type\":\"ping\"}";
      default -> "{\"type\":\"react\",%s%s}".formatted(fields, emoji);
    };
  }

  private static Map<Long, View> views(Json history) {
    Map<Long, View> views = new TreeMap<>();
    history
        .objects("messages")
        .forEach(message -> views.put(message.number("offset"), new View(message)));
    return views;
  }

  @Test
  void aPageAndTheAmendmentsPastItsPositionAreWhatAFreshPageIs() throws Exception {
    Seeded seed = Seeded.print();
    RandomGenerator random = seed.random();
    try (TestServer server = TestServer.start(Map.of(Setting.LIMITS_MESSAGES_PER_SECOND, "0"));
        Api api = new Api(server);
        Talker reader = Talker.connect(server, "ana");
        Talker own = Talker.connectOn(server, "ana", "other");
        Talker bob = Talker.connect(server, "bob")) {
      reader.ask("{\"type\":\"join\",\"room\":\"busy\"}");
      for (int i = 1; i <= MESSAGES; i++) {
        (i % 2 == 0 ? own : bob)
            .ask("{\"type\":\"chat\",\"room\":\"busy\",\"message\":\"m%s\"}".formatted(i));
      }
      List<Json> pages = new ArrayList<>();
      List<Json> live = new ArrayList<>();
      RandomGenerator chance = new Random(random.nextLong());
      RandomGenerator otherChance = new Random(random.nextLong());
      AtomicBoolean ended = new AtomicBoolean();
      try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<?> one = writers.submit(() -> amend(own, chance, ended));
        Future<?> other = writers.submit(() -> amend(bob, otherChance, ended));
        try {
          for (int i = 0; i < PAGES; i++) {
            pages.add(page(random, reader, api, live));
          }
        } finally {
          ended.set(true);
        }
        one.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        other.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
      Json end = bob.ask("{\"type\":\"chat\",\"room\":\"busy\",\"message\":\"end\"}");
      while (live.isEmpty() || live.getLast().number("offset") < end.number("offset")) {
        live.add(reader.next(frame -> frame.has("offset")));
      }
      reader.say("{\"type\":\"history\",\"ref\":2,\"room\":\"busy\",\"after\":0,\"limit\":200}");
      Json fresh = until(reader, "history", live);
      assertThat(fresh.number("offset")).isEqualTo(end.number("offset"));
      assertThat(fresh.text("pos")).isEqualTo(end.text("pos"));
      Map<Long, View> now = views(fresh);
      for (Json page : pages) {
        assertThat(page.text("pos")).endsWith(":" + page.number("offset"));
        Map<Long, View> then = views(page);
        for (Json entry : live) {
          View view = entry.has("target") ? then.get(entry.number("target")) : null;
          if (view != null && entry.number("offset") > page.number("offset")) {
            view.apply(entry, "ana");
          }
        }
        then.forEach((offset, view) ->
            assertThat(view)
                .as("%s: the message %s, as of %s", seed, offset, page.number("offset"))
                .hasToString(String.valueOf(now.get(offset))));
      }
    }
  }

  /// A page at random, over WebSocket or HTTP.
  private static Json page(RandomGenerator random, Talker reader, Api api, List<Json> live) {
    long at = 1L + random.nextInt(MESSAGES);
    int limit = 1 + random.nextInt(MESSAGES);
    String window = random.nextBoolean() ? "before" : "after";
    if (random.nextInt(3) == 0) {
      return api.get(
              "/api/v1/rooms/busy/messages?client=ana&%s=%s&limit=%s".formatted(window, at, limit))
          .ok(200);
    }
    reader.say(
        "{\"type\":\"history\",\"ref\":1,\"room\":\"busy\",\"%s\":%s,\"limit\":%s}"
            .formatted(window, at, limit));
    return until(reader, "history", live);
  }

  /// Reads up to the reply of that type, and keeps the entries before it.
  private static Json until(Talker talker, String type, List<Json> live) {
    return talker.next(frame -> {
      if (frame.type().equals(type)) {
        return true;
      }
      live.add(frame);
      return false;
    });
  }

  @Test
  void thePositionIsThatOfJoined() {
    try (TestServer server =
            TestServer.start(Map.of(Setting.ROOMS, "[{name: cursor.*, kind: signal}]"));
        Talker ana = Talker.connect(server, "ana")) {
      assertSamePosition(ana, "new");
      ana.ask("{\"type\":\"chat\",\"room\":\"new\",\"message\":\"m\"}");
      ana.ask("{\"type\":\"react\",\"room\":\"new\",\"target\":1,\"emoji\":\"e\"}");
      assertSamePosition(ana, "new");
      Json none = ana.ask("{\"type\":\"history\",\"room\":\"cursor.1\"}");
      assertThat(none.fields()).doesNotContainKeys("pos", "offset");
    }
  }

  private static void assertSamePosition(Talker talker, String room) {
    String end =
        talker.ask("{\"type\":\"join\",\"room\":\"%s\",\"limit\":1}".formatted(room)).text("after");
    Json page = talker.ask("{\"type\":\"history\",\"room\":\"%s\"}".formatted(room));
    assertThat(page.text("pos")).isEqualTo(end).endsWith(":" + page.number("offset"));
    // It is one that a client may come back with.
    assertThat(
            talker
                .ask("{\"type\":\"join\",\"room\":\"%s\",\"after\":\"%s\"}".formatted(room, end))
                .truth("recovered"))
        .isTrue();
  }
}
