package dev.tertulia.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `GET /metrics` of a real server.
final class ExpositionTest {
  private static String get(TestServer server, String accept) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: %s\r\n\r\n"
              .formatted(accept));
      return socket.untilEnd();
    }
  }

  @Test
  void whatHappensIsCounted() {
    try (TestServer server = TestServer.start();
        TestClient ana = TestClient.connect(server, "ana");
        TestClient ben = TestClient.connect(server, "ben")) {
      ana.chat("ana", "hello");
      ben.next(text -> text.contains("hello"));
      TestClient.connect(server, "eva").close();
      server.awaitConnections(2);
      await()
          .atMost(TestServer.PATIENCE)
          .untilAsserted(() ->
              assertThat(get(server, "*/*"))
                  .startsWith("HTTP/1.1 200 ")
                  .contains(
                      "text/plain; version=0.0.4",
                      "\ntertulia_connections_opened_total{protocol=\"base\"} 3.0\n",
                      "\ntertulia_connections_closed_total{code=\"1000\"} 1.0\n",
                      "\ntertulia_messages_received_total 1.0\n",
                      "\ntertulia_limit_refusals_total{limit=\"connections\"} 0.0\n")
                  .containsPattern("\ntertulia_deliveries_total [1-9]"));
    }
  }

  @Test
  void openMetricsIsSpokenToThoseWhoAskForIt() {
    try (TestServer server = TestServer.start()) {
      for (String accept :
          List.of(
              "application/openmetrics-text;version=1.0.0",
              "application/openmetrics-text; version=1.0.0; q=0.6, text/plain;q=0.5,*/*;q=0.1",
              "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily,"
                  + "application/openmetrics-text;q=0.6")) {
        assertThat(get(server, accept))
            .as(accept)
            .contains("application/openmetrics-text; version=1.0.0")
            .endsWith("# EOF\n");
      }
      for (String accept :
          List.of(
              "text/plain",
              "application/openmetrics-text;q=0, */*",
              "application/openmetrics-text;q=x",
              "text/plain, application/openmetrics-text;q=0.1",
              "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily")) {
        assertThat(get(server, accept)).as(accept).contains("text/plain; version=0.0.4");
      }
    }
  }

  /// What is documented is what is exposed, and nothing else.
  @Test
  void eachNameIsThatOfADescription() {
    try (TestServer server = TestServer.start()) {
      Set<String> declared =
          server.server().meters().metrics().stream()
              .map(Metric::name)
              .collect(Collectors.toCollection(TreeSet::new));
      Set<String> exposed = new TreeSet<>();
      get(server, "text/plain")
          .lines()
          .filter(line -> line.startsWith("# TYPE "))
          .forEach(line -> exposed.add(line.split(" ", -1)[2]));
      assertThat(declared).hasSizeGreaterThan(5).containsAll(exposed);
      for (Metric metric : server.server().meters().metrics()) {
        assertThat(metric.name()).matches("tertulia(_[a-z]+)+");
        assertThat(metric.name().endsWith("_total"))
            .as(metric.name())
            .isEqualTo(metric.kind() == Metric.Kind.COUNTER);
        assertThat(metric.help()).as(metric.name()).isNotEmpty().doesNotEndWith(".");
        assertThat(metric.labels()).as(metric.name()).allMatch(label -> label.bound() <= 200);
      }
    }
  }
}
