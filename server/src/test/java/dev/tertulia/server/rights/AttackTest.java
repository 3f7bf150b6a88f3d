package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Ten thousand attempts, made from the tables of routes and requests, to read or change the rooms,
/// inboxes, ledgers and presence of others: nothing is learnt, nothing changes, and nobody notices.
final class AttackTest {
  private static final int ATTEMPTS = 10_000;

  /// How many of them before the state is compared.
  private static final int ROUND = 2_000;

  /// How many requests are sent before their responses are read.
  private static final int AT_ONCE = 5;

  /// How many streams are left open before they are closed and read.
  private static final int MOST_STREAMS = 20;

  private final Seeded seeded = Seeded.print();

  /// Requests that are sent together.
  private final List<Attempts.Http> requests = new ArrayList<>();

  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final List<Attacker> streams = new ArrayList<>();
  private final @Nullable Attacker[] http = new Attacker[3];
  private final @Nullable Attacker[] sockets = new Attacker[5];

  private TestServer server;
  private Victims victims;
  private Attempts attempts;

  @BeforeEach
  void start() {
    Map<Setting, String> settings =
        new HashMap<>(
            Map.of(
                Setting.ROOMS,
                "[{name: team.*, access: members}, {name: pair.*, access: direct}]",
                Setting.AUTH_COOKIE,
                "session",
                Setting.LANGUAGE,
                "en"));
    for (Setting rate : Setting.values()) {
      if (rate.name().startsWith("LIMITS_") && rate.name().contains("PER_SECOND")) {
        settings.put(rate, "0");
      }
    }
    server = TestServer.start(TestTokens.settings(settings));
    victims = new Victims(server);
    attempts = new Attempts(seeded.random(), server.server().routeTable(), victims.known());
  }

  @AfterEach
  void stop() {
    closeAll();
    victims.close();
    server.close();
  }

  private void closeAll() {
    for (@Nullable Attacker[] some : List.of(http, sockets, streams.toArray(Attacker[]::new))) {
      for (@Nullable Attacker attacker : some) {
        if (attacker != null) {
          attacker.close();
        }
      }
    }
  }

  @Test
  void nothingIsLearntAndNothingChanges() {
    for (int round = 0; round < ATTEMPTS / ROUND; round++) {
      Map<String, String> before = victims.state();
      assertThat(before.toString()).contains(Victims.MARK);
      for (int i = 0; i < ROUND; i++) {
        attempt();
      }
      sendRequests();
      readStreams();
      String after = "round " + round + ", " + seeded;
      assertThat(victims.state()).as(after).isEqualTo(before);
      victims.assertNobodyNoticedAnything(after);
    }
    System.out.println(outcomes);
    assertThat(outcomes.get("http 403")).as("requests that were read").isGreaterThan(ATTEMPTS / 10);
    assertThat(outcomes.get("message forbidden")).isGreaterThan(ATTEMPTS / 20);
  }

  private void attempt() {
    int kind = seeded.random().nextInt(100);
    if (kind < 60) {
      request();
    } else if (kind < 90) {
      message();
    } else if (kind < 95) {
      handshake();
    } else {
      stream();
    }
  }

  /// Many at once, so that the test does not take long.
  private void request() {
    requests.add(attempts.request());
    if (requests.size() == AT_ONCE) {
      sendRequests();
    }
  }

  private void sendRequests() {
    while (!requests.isEmpty()) {
      int at = seeded.random().nextInt(http.length);
      Attacker attacker = http[at];
      if (attacker == null || attacker.isOver()) {
        if (attacker != null) {
          attacker.close();
        }
        attacker = http[at] = Attacker.connect(server.port());
      }
      for (Attacker.Answer answer : attacker.ask(requests, server.port())) {
        learn(requests.removeFirst(), answer.text());
        count("http " + answer.status());
      }
    }
  }

  private void message() {
    int at = seeded.random().nextInt(sockets.length);
    Attacker socket = sockets[at];
    if (socket == null || socket.isOver()) {
      socket = sockets[at] = opened(socket);
    }
    String message = "{" + attempts.message() + "}";
    String heard = socket.say(List.of(message));
    learn(message, heard);
    count(
        "message "
            + (heard.contains("\"forbidden\"")
                ? "forbidden"
                : heard.contains("\"error\"") ? "refused" : "answered"));
  }

  /// A WebSocket of mallory, of the base protocol now and then.
  private Attacker opened(@Nullable Attacker old) {
    if (old != null) {
      old.close();
    }
    Attacker socket = Attacker.connect(server.port());
    String version = seeded.random().nextInt(5) == 0 ? "" : "v=1&";
    Attempts.Http handshake =
        new Attempts.Http(
            "GET", "/ws/mallory?" + version + "token=" + attempts.token(), Attempts.UPGRADE, null);
    assertThat(socket.ask(handshake, server.port()).status()).isEqualTo(101);
    if (!version.isEmpty()) {
      socket.say(List.of("{\"type\":\"hello\"}"));
    }
    return socket;
  }

  /// A handshake, and messages at once, whether it has been accepted or not.
  private void handshake() {
    Attempts.Http handshake = attempts.handshake();
    try (Attacker socket = Attacker.connect(server.port())) {
      Attacker.Answer answer = socket.ask(handshake, server.port());
      learn(handshake, answer.text());
      if (answer.isOpen()) {
        List<String> messages =
            List.of(
                "{" + attempts.message() + "}",
                "{\"type\":\"join\",\"room\":\"team.x\"}",
                "{\"type\":\"inbox\"}");
        learn(handshake + " " + messages, socket.say(messages));
        learn(handshake + " " + messages, socket.leave());
      }
      count("handshake " + answer.status());
    }
  }

  private void stream() {
    Attempts.Http request = attempts.stream();
    Attacker stream = Attacker.connect(server.port());
    Attacker.Answer answer = stream.ask(request, server.port());
    learn(request, answer.text());
    count("stream " + answer.status());
    if (answer.isOpen()) {
      streams.add(stream);
    } else {
      stream.close();
    }
    if (streams.size() >= MOST_STREAMS) {
      readStreams();
    }
  }

  /// Closes all that mallory has, and reads what came on it.
  private void readStreams() {
    victims.disconnectMallory();
    for (Attacker stream : streams) {
      learn("a stream", stream.untilEnd());
      stream.close();
    }
    streams.clear();
    for (int at = 0; at < sockets.length; at++) {
      Attacker socket = sockets[at];
      if (socket != null) {
        learn("a WebSocket", socket.leave());
        socket.close();
        sockets[at] = null;
      }
    }
  }

  private void learn(Object attempt, String text) {
    int at = text.toLowerCase(Locale.ROOT).indexOf(Victims.MARK);
    if (at >= 0) {
      String leak = text.substring(Math.max(0, at - 500), Math.min(text.length(), at + 500));
      throw new AssertionError("%s: %s gets%n%s".formatted(seeded, attempt, leak));
    }
  }

  private void count(String outcome) {
    outcomes.merge(outcome, 1, Integer::sum);
  }
}
