package dev.tertulia.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs all jcstress tests of this module, each for a short while. The results are in
/// `target/stress`; a failure contains the output.
@Tag("long")
final class StressTest {
  private static final long PATIENCE_MINUTES = 60;

  private static final Path SEEN = Path.of("target", "stress").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void topicAndConnectionTests() throws Exception {
    run("dev.tertulia.server.(topic|connection)", "-time", "500", "-iters", "5");
  }

  @Test
  void storageTests() throws Exception {
    run(
        "dev.tertulia.server.storage",
        "-time",
        "1000",
        "-iters",
        "10",
        "-strideSize",
        "16",
        "-strideCount",
        "1");
  }

  private void run(String tests, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("org.openjdk.jcstress.Main");
    command.addAll(List.of("-t", tests, "-r", SEEN.toString(), "-f", "1", "-af", "NONE"));
    command.addAll(List.of("-sc", "false", "-jvmArgs", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of(options));
    Files.createDirectories(SEEN);
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as("jcstress ended%n%s", said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said)
        .as("what it ran")
        .contains("Failed tests: No matches", "Error tests: No matches")
        .containsPattern("All remaining tests: [1-9]");
  }
}
