package dev.tertulia.server.metrics;

import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The metrics of servers, one over each store, and where operators see them.
final class DeclaredMetrics {
  static final Path RULES = Path.of("../ops/prometheus/rules.yml");
  static final Path DASHBOARD = Path.of("../ops/grafana/tertulia.json");

  private static final Pattern NAME = Pattern.compile("tertulia_[a-z_]+");

  private DeclaredMetrics() {}

  static List<Metric> all() {
    Map<String, Metric> all = new TreeMap<>();
    for (ServerStore store : ServerStore.values()) {
      try (TestServer server = TestServer.start(store)) {
        server.server().meters().metrics().forEach(metric -> all.put(metric.name(), metric));
      }
    }
    return List.copyOf(all.values());
  }

  /// The metrics that a file names, those of histograms without the ends that Prometheus gives
  /// them.
  static Set<String> namedIn(Path file, List<Metric> known) throws IOException {
    Set<String> names = new TreeSet<>();
    Matcher matcher = NAME.matcher(Files.readString(file));
    while (matcher.find()) {
      names.add(plain(matcher.group(), known));
    }
    return names;
  }

  private static String plain(String name, List<Metric> known) {
    for (String end : List.of("_bucket", "_sum", "_count")) {
      if (name.endsWith(end)) {
        String stem = name.substring(0, name.length() - end.length());
        if (known.stream()
            .anyMatch(
                metric -> metric.kind() == Metric.Kind.HISTOGRAM && metric.name().equals(stem))) {
          return stem;
        }
      }
    }
    return name;
  }
}
