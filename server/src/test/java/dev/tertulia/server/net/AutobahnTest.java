package dev.tertulia.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// The Autobahn test-suite, which many WebSocket implementations are held to: its fuzzing client
/// talks to the server's own frames and connections. It has no compression in it; for that there is
/// [CompressionCasesTest].
///
/// The build puts the suite and the Jython that it runs in beside the classes. It runs in a process
/// of its own.
@Tag("system")
final class AutobahnTest {
  private static final Path SUITE = Path.of("target", "autobahn").toAbsolutePath();
  private static final String AGENT = "Tertulia";
  private static final long PATIENCE_MINUTES = 10;

  /// How a case ended.
  ///
  /// @param behavior what the suite thinks of the messages, and of the close code
  /// @param behaviorClose what it thinks of how the connection was closed
  private record Outcome(String behavior, String behaviorClose) {}

  /// All but UTF-8 (6), of which `Utf8Test` tries more.
  @Test
  void sections1To5And7And10() throws Exception {
    Map<String, Outcome> outcomes = run("few", List.of("*"), List.of("6.*", "9.*"));
    assertThat(outcomes).hasSizeGreaterThan(90);
    assertThat(strays(outcomes)).isEmpty();
  }

  @Test
  @Tag("long")
  void sections1To7And10() throws Exception {
    Map<String, Outcome> outcomes = run("frames", List.of("*"), List.of("9.*"));
    assertThat(outcomes).hasSize(247);
    assertThat(strays(outcomes)).isEmpty();
  }

  @Test
  @Tag("long")
  void section9() throws Exception {
    Map<String, Outcome> outcomes = run("performance", List.of("9.*"), List.of());
    assertThat(outcomes).hasSize(54);
    assertThat(strays(outcomes)).isEmpty();
  }

  /// What is not as it must be. A text whose bytes can't be UTF-8 any more is refused with the
  /// fragment that they come in, but within one frame that comes byte by byte only at its end
  /// (6.4.3, 6.4.4): later than the suite likes best, and allowed.
  private static Map<String, Outcome> strays(Map<String, Outcome> outcomes) {
    Map<String, Outcome> strays = new TreeMap<>(outcomes);
    strays
        .entrySet()
        .removeIf(entry -> {
          String behavior = entry.getValue().behavior();
          boolean good =
              behavior.equals("OK")
                  || behavior.equals("INFORMATIONAL")
                  || (behavior.equals("NON-STRICT") && entry.getKey().matches("6\\.4\\.[34]"));
          String close = entry.getValue().behaviorClose();
          return good && (close.equals("OK") || close.equals("INFORMATIONAL"));
        });
    return strays;
  }

  private static Map<String, Outcome> run(String name, List<String> cases, List<String> without)
      throws IOException, InterruptedException {
    assertThat(SUITE)
        .as("the Autobahn test-suite, which `mvn process-test-resources` puts there")
        .isDirectoryContaining("glob:**autobahntestsuite*.jar");
    Path reports = Files.createDirectories(SUITE.resolve(name));
    Path index = reports.resolve("index.json");
    Files.deleteIfExists(index);
    try (EchoServer server = new EchoServer()) {
      Path spec = reports.resolve("spec.json");
      Files.writeString(
          spec,
          """
          {"outdir": "%s", "options": {"failByDrop": false}, "cases": %s, "exclude-cases": %s,
           "exclude-agent-cases": {},
           "servers": [{"agent": "%s", "url": "ws://127.0.0.1:%s/ws/autobahn",
                        "options": {"version": 18}}]}
          """
              .formatted(reports, quoted(cases), quoted(without), AGENT, server.port()));
      Path log = reports.resolve("log.txt");
      Process suite =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-cp",
                  SUITE.resolve("*").toString(),
                  "org.python.util.jython",
                  "-c",
                  """
                  import sys; sys.argv = ['wstest', '-m', 'fuzzingclient', '-s', r'%s']
                  from autobahntestsuite import wstest; wstest.run()
                  """
                      .formatted(spec))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        assertThat(suite.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).as("ended in time").isTrue();
      } finally {
        suite.destroyForcibly().waitFor();
      }
      assertThat(index).as("the suite's report; it said:\n%s", Files.readString(log)).exists();
      return outcomes(Files.readString(index));
    }
  }

  private static String quoted(List<String> words) {
    return words.stream().map(word -> '"' + word + '"').toList().toString();
  }

  /// Reads `{"agent": {"case": {"behavior": …, "behaviorClose": …, …}, …}}`.
  private static Map<String, Outcome> outcomes(String json) {
    Map<String, Outcome> outcomes = new TreeMap<>();
    try (JsonParser in =
        JsonFactory.builder().build().createParser(ObjectReadContext.empty(), json)) {
      assertThat(in.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      assertThat(in.nextName()).isEqualTo(AGENT);
      in.nextToken();
      for (String id = in.nextName(); id != null; id = in.nextName()) {
        in.nextToken();
        Map<String, String> fields = new TreeMap<>();
        for (String field = in.nextName(); field != null; field = in.nextName()) {
          in.nextToken();
          fields.put(field, in.getString());
        }
        outcomes.put(
            id,
            new Outcome(
                fields.getOrDefault("behavior", "none"),
                fields.getOrDefault("behaviorClose", "none")));
      }
    }
    return outcomes;
  }
}
