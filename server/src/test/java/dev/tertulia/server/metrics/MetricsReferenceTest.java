package dev.tertulia.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// With `-Dmetrics.write=true`, writes the page instead of comparing it.
final class MetricsReferenceTest {
  private static final Path PAGE = Path.of("../docs/metrics.md");

  @Test
  void thePageInTheDocumentationIsCurrent() throws IOException {
    String page = page();
    if (Boolean.getBoolean("metrics.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/metrics.md; -Dtest=MetricsReferenceTest -Dmetrics.write=true writes it")
        .isEqualTo(page);
  }

  private static String page() throws IOException {
    List<Metric> all = DeclaredMetrics.all();
    Set<String> onDashboard = DeclaredMetrics.namedIn(DeclaredMetrics.DASHBOARD, all);
    Set<String> inRules = DeclaredMetrics.namedIn(DeclaredMetrics.RULES, all);
    StringBuilder page =
        new StringBuilder(
            """
            # Metrics

            `GET /metrics` returns what a server counts and measures, for Prometheus and what reads its formats; with `Accept: application/openmetrics-text` as OpenMetrics. On the machine of the server it needs no key, elsewhere one with the scope `metrics`, as `Authorization: Bearer KEY`. [Operating](operating.md) shows how to scrape it, [ADR 0023](adr/0023-meters-are-read-not-told.md) why it is as it is.

            Counters begin at 0 when the server starts. No label names a client, a room or a path, and each has a bound: a value beyond it is counted as `other`. A histogram has the series `_bucket`, `_sum` and `_count`.

            The last column says where a metric is watched: on the dashboard for Grafana, [ops/grafana/tertulia.json](../ops/grafana/tertulia.json), or in an alert for Prometheus, [ops/prometheus/rules.yml](../ops/prometheus/rules.yml).

            This page is made of the descriptions in the sources; a test compares it with them.

            | metric | is a | labels | means | watched |
            | --- | --- | --- | --- | --- |
            """);
    for (Metric metric : all) {
      page.append(
          "| `%s` | %s | %s | %s | %s |\n"
              .formatted(
                  metric.name(),
                  metric.kind().name().toLowerCase(Locale.ROOT),
                  String.join(
                      "<br>",
                      metric.labels().stream()
                          .map(label ->
                              "`%s`, at most %s: %s"
                                  .formatted(label.name(), label.bound(), label.meaning()))
                          .toList()),
                  metric.help(),
                  watched(metric, onDashboard, inRules)));
    }
    return page.toString();
  }

  private static String watched(Metric metric, Set<String> onDashboard, Set<String> inRules) {
    boolean shown = onDashboard.contains(metric.name());
    boolean alerts = inRules.contains(metric.name());
    if (shown && alerts) {
      return "dashboard, alert";
    }
    return shown ? "dashboard" : alerts ? "alert" : "nowhere: " + metric.unwatched();
  }
}
