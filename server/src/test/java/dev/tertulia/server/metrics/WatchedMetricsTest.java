package dev.tertulia.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The dashboard and the alerts fit the metrics that there are, and Prometheus takes them.
final class WatchedMetricsTest {
  private static final Path RULES = DeclaredMetrics.RULES;
  private static final Path RULES_TEST = RULES.resolveSibling("rules.test.yml");

  private static List<Metric> metrics = List.of();

  @BeforeAll
  static void read() {
    metrics = DeclaredMetrics.all();
  }

  @Test
  void theyNameOnlyMetricsThatExist() throws IOException {
    Set<String> known = metrics.stream().map(Metric::name).collect(Collectors.toSet());
    for (Path file : List.of(DeclaredMetrics.DASHBOARD, RULES, RULES_TEST)) {
      assertThat(known).as(file.toString()).containsAll(DeclaredMetrics.namedIn(file, metrics));
    }
  }

  @Test
  void everyMetricIsWatchedOrHasAReasonNotToBe() throws IOException {
    Set<String> watched = new TreeSet<>(DeclaredMetrics.namedIn(RULES, metrics));
    watched.addAll(DeclaredMetrics.namedIn(DeclaredMetrics.DASHBOARD, metrics));
    for (Metric metric : metrics) {
      assertThat(watched.contains(metric.name()))
          .as(metric.name() + " is on the dashboard or in an alert, or else says why not")
          .isEqualTo(metric.unwatched().isEmpty());
    }
  }

  /// A label that does not exist matches nothing, and then an alert never fires.
  @Test
  void theyUseOnlyLabelsThatExist() throws IOException {
    Set<String> labels = new HashSet<>(Set.of("instance", "job", "le", "severity"));
    metrics.forEach(metric -> metric.labels().forEach(label -> labels.add(label.name())));
    for (String expression : expressions()) {
      Matcher selectors = Pattern.compile("[{,](\\w+)(?:=~|!=|=|!~)\"").matcher(expression);
      while (selectors.find()) {
        assertThat(labels).as(expression).contains(selectors.group(1));
      }
      Matcher groups = Pattern.compile("by \\(([\\w, ]+)\\)").matcher(expression);
      while (groups.find()) {
        assertThat(labels).as(expression).containsAll(List.of(groups.group(1).split(", ", -1)));
      }
    }
  }

  @Test
  void theyNameOnlySettingsThatExist() throws IOException {
    Set<String> keys =
        Arrays.stream(Setting.values()).map(Setting::key).collect(Collectors.toSet());
    for (Path file : List.of(DeclaredMetrics.DASHBOARD, RULES)) {
      Matcher named =
          Pattern.compile("\\b(?:limits|notifications)\\.[a-z_]+").matcher(Files.readString(file));
      while (named.find()) {
        assertThat(keys).as(file.toString()).contains(named.group());
      }
    }
  }

  @Test
  void prometheusTakesTheAlerts() throws Exception {
    assertThat(promtool("", "check", "rules", RULES.toString())).contains("SUCCESS");
  }

  @Test
  void eachAlertFiresWhenItShouldAndNotOtherwise() throws Exception {
    String tests = Files.readString(RULES_TEST);
    Matcher alerts = Pattern.compile("- alert: (\\w+)").matcher(Files.readString(RULES));
    int found = 0;
    while (alerts.find()) {
      found++;
      assertThat(tests)
          .contains(
              "name: '" + alerts.group(1) + " fires'",
              "name: '" + alerts.group(1) + " does not fire'");
    }
    assertThat(found).isGreaterThan(10);
    assertThat(promtool("", "test", "rules", RULES_TEST.toString())).contains("SUCCESS");
  }

  /// Grafana would show an empty panel, and say why only there.
  @Test
  void prometheusTakesTheExpressionsOfTheDashboard(@TempDir Path folder) throws Exception {
    StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
    int number = 0;
    for (String expression : dashboardExpressions()) {
      rules.append(
          "      - record: panel:%s\n        expr: '%s'\n"
              .formatted(
                  number++,
                  expression.replace("$__rate_interval", "5m").replace("$instance", ".*")));
    }
    assertThat(number).isGreaterThan(50);
    Path file = folder.resolve("dashboard.yml");
    Files.writeString(file, rules);
    assertThat(promtool("", "check", "rules", file.toString())).contains("SUCCESS");
  }

  /// By the conventions of Prometheus for names and units.
  @Test
  void prometheusHasNothingToSayAboutTheNames() throws Exception {
    String answer;
    try (TestServer server = TestServer.start();
        RawSocket socket = RawSocket.open(server)) {
      socket.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      answer = socket.untilEnd();
    }
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    assertThat(promtool(body, "check", "metrics")).isEmpty();
  }

  private static List<String> expressions() throws IOException {
    List<String> all = new ArrayList<>(dashboardExpressions());
    Matcher rules = Pattern.compile("expr: '(.*)'").matcher(Files.readString(RULES));
    while (rules.find()) {
      all.add(rules.group(1));
    }
    return all;
  }

  private static List<String> dashboardExpressions() throws IOException {
    List<String> all = new ArrayList<>();
    Matcher panels =
        Pattern.compile("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"")
            .matcher(Files.readString(DeclaredMetrics.DASHBOARD));
    while (panels.find()) {
      all.add(panels.group(1).replace("\\\"", "\""));
    }
    return all;
  }

  /// What `promtool` prints; it must succeed.
  private static String promtool(String input, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException missing) {
      throw new AssertionError("promtool is needed: apt-get install prometheus", missing);
    }
    try (var out = process.outputWriter(StandardCharsets.UTF_8)) {
      out.write(input);
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command) + "\n" + output).isZero();
    return output;
  }
}
