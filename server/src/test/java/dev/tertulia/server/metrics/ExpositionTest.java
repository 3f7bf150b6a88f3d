package dev.tertulia.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.FullPeer;
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
                      "\ntertulia_limit_refusals_total{limit=\"connections\"} 0.0\n",
                      "\ntertulia_connections 2.0\n",
                      "\ntertulia_clients 2.0\n",
                      "\ntertulia_handshakes_total{kind=\"websocket\"} 3.0\n",
                      "\ntertulia_publications_total{kind=\"messages\"} 1.0\n",
                      "\ntertulia_phase{phase=\"ready\"} 1.0\n",
                      "\ntertulia_storage_ok 1.0\n",
                      "\ntertulia_publish_commit_seconds_count{journal=\"durable\"} 1\n",
                      "\ntertulia_publish_handover_seconds_count{journal=\"durable\"} 1\n",
                      "operations_total{journal=\"durable\",kind=\"message\"} 1.0\n",
                      "requests_total{method=\"GET\",route=\"/metrics\",status=\"200\"} ")
                  .containsPattern("\ntertulia_deliveries_total [1-9]")
                  .containsPattern("\ntertulia_delivered_bytes_total [1-9]")
                  .containsPattern("\ntertulia_journal_commit_seconds_count\\S* [1-9]")
                  .containsPattern("\ntertulia_database_bytes\\S* [1-9]")
                  .containsPattern("\ntertulia_loop_busy_seconds_total\\S* 0\\.[0-9]*[1-9]")
                  .containsPattern("\ntertulia_netty_direct_used_bytes [1-9]")
                  .containsPattern("\ntertulia_process_open_files [1-9]")
                  .containsPattern("\ntertulia_build_info\\{.*transport=")
                  .doesNotContain(" NaN\n"));
    }
  }

  @Test
  void replaysAreCountedByWhatBecameOfThem() {
    try (TestServer server = TestServer.start()) {
      try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
        ana.ask("'type':'join','room':'hall'");
        ana.ask("'type':'chat','room':'hall','message':'hello'");
      }
      try (FullPeer ben = FullPeer.hello(server, "ben", "")) {
        ben.ask("'type':'join','room':'hall'");
        ben.ask("'type':'join','room':'hall2','after':'unknown'");
      }
      await()
          .atMost(TestServer.PATIENCE)
          .untilAsserted(() ->
              assertThat(get(server, "*/*"))
                  .containsPattern(
                      "\ntertulia_replays_total\\{recovered=\"true\",source=\"room\"} [1-9]")
                  .containsPattern("\ntertulia_replayed_entries_total\\{source=\"room\"} [1-9]")
                  .containsPattern("\ntertulia_log_reads_total\\{source=\"tail\"} [1-9]"));
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
