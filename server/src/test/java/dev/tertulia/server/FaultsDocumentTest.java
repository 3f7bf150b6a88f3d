package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Each test that `docs/faults.md` names is there.
final class FaultsDocumentTest {
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
  private static final Path TESTS = Path.of("src", "test", "java");

  @Test
  void theTestsThatItNamesAreThere() throws IOException {
    List<MatchResult> named =
        NAMED.matcher(Files.readString(Path.of("..", "docs", "faults.md"))).results().toList();
    assertThat(named).isNotEmpty();
    for (MatchResult test : named) {
      assertThat(source(test.group(1))).as(test.group()).contains("  void " + test.group(2) + "()");
    }
  }

  private static String source(String test) throws IOException {
    try (Stream<Path> files = Files.walk(TESTS)) {
      Path file = files.filter(path -> path.endsWith(test + ".java")).findFirst().orElseThrow();
      return Files.readString(file);
    }
  }
}
