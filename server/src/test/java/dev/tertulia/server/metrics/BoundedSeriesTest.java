package dev.tertulia.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.TestServer;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What peers make up does not become a series.
final class BoundedSeriesTest {
  private static final int REQUESTS = 20_000;

  /// As many as the server lets wait on one connection.
  private static final int AT_ONCE = 100;

  @Test
  void randomPathsAndMethodsAddNone() {
    RandomGenerator random = Seeded.print().random();
    try (TestServer server = TestServer.start(Map.of(Setting.LIMITS_REQUESTS_PER_SECOND, "0"))) {
      Meters meters = server.server().meters();
      int before = meters.size();
      int answered = 0;
      for (int sent = 0; sent < REQUESTS; sent += AT_ONCE) {
        answered += ask(server, random);
      }
      assertThat(answered).isEqualTo(REQUESTS);
      assertThat(meters.size()).as("series").isEqualTo(before);
    }
  }

  /// Sends requests on a connection of their own.
  ///
  /// @return how many were answered
  private static int ask(TestServer server, RandomGenerator random) {
    StringBuilder requests = new StringBuilder();
    for (int i = 1; i <= AT_ONCE; i++) {
      requests
          .append(
              switch (random.nextInt(4)) {
                case 0 -> "GET /" + word(random);
                case 1 -> word(random) + " /";
                case 2 -> word(random) + " /api/v1/rooms/" + word(random) + "/messages";
                default -> word(random) + " /" + word(random) + "/" + word(random);
              })
          .append(" HTTP/1.1\r\nHost: localhost\r\n")
          .append(i == AT_ONCE ? "Connection: close\r\n\r\n" : "\r\n");
    }
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(requests.toString());
      return socket.untilEnd().split("HTTP/1\\.1 4", -1).length - 1;
    }
  }

  private static String word(RandomGenerator random) {
    StringBuilder word = new StringBuilder();
    int length = 5 + random.nextInt(10);
    for (int i = 0; i < length; i++) {
      word.append((char) ('A' + random.nextInt(26)));
    }
    return word.toString();
  }
}
