package dev.tertulia.server.clientjs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.ProgramUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// The tests in `client-js/test`, which Node's test runner runs against servers of this build: one
/// test here for each file there, two at a time.
@Tag("system")
final class ClientTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int AT_ONCE = 2;

  @TestFactory
  Stream<DynamicTest> nodeRunsItsTests() throws IOException {
    List<String> files = files();
    assertThat(files).isNotEmpty();
    Map<String, String> environment =
        Map.of("TERTULIA", serve(), "TERTULIA_WS", Node.npmPackage("ws").toString());
    ExecutorService runners = Executors.newFixedThreadPool(AT_ONCE);
    List<DynamicTest> tests = new ArrayList<>();
    for (String file : files) {
      Future<Node.Run> run =
          runners.submit(() -> Node.run(List.of("--test", file), environment, PATIENCE));
      tests.add(DynamicTest.dynamicTest(file, () -> passed(run.get())));
    }
    runners.shutdown();
    return tests.stream().onClose(runners::shutdownNow);
  }

  /// What Node has printed is shown if a test has failed: the failures, and the seeds to repeat
  /// them with.
  private static void passed(Node.Run run) {
    assertThat(run.exitCode()).as(() -> run.output()).isZero();
    assertThat(run.output()).as("tests were run").containsPattern("(?m)^. pass [1-9]");
  }

  private static List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(Node.CLIENT.resolve("test"))) {
      return all.map(file -> Node.CLIENT.relativize(file).toString())
          .filter(file -> file.endsWith(".test.js"))
          .sorted()
          .toList();
    }
  }

  /// The command that starts a server of the classes that are being tested, as a JSON array.
  private static String serve() {
    return Stream.concat(ProgramUnderTest.command("-Xmx256m").stream(), Stream.of("serve"))
        .map(word -> '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
        .collect(Collectors.joining(",", "[", "]"));
  }
}
