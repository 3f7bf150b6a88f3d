package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The time slices of a real server's threads, as Linux reports them.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Tag("system")
final class TimeSlicesTest {
  private static final String SHORT = "100000";

  @TempDir private Path folder;

  @Test
  void onlyThreadsOnTheMessagePathHaveShortSlices() {
    try (ServerUnderTest server = start(Map.of(), List.of())) {
      server.awaitLine("Requested time slices of 0.1 ms");
      Map<String, String> slices = slices(server);
      assertThat(slices)
          .containsEntry("journal", SHORT)
          .containsEntry("journal-signals", SHORT)
          .containsEntry("VM Thread", SHORT)
          .containsEntry("loop-1-1", SHORT)
          .containsEntry("acceptor-3-1", SHORT);
      // What a journal starts later, as its checkpoints, inherits its slice.
      for (String other : List.of("watchdog", "log", "storage-watch", "VM Periodic Tas")) {
        assertThat(slices.get(other)).as(other).isNotNull().isNotEqualTo(SHORT);
      }
    }
  }

  @Test
  void theSettingLeavesSlicesUnchanged() {
    try (ServerUnderTest server =
        start(Map.of("TERTULIA_THREADS_SHORT_SLICES", "false"), List.of())) {
      assertThat(server.health()).startsWith("200 ");
      assertThat(slices(server)).doesNotContainValue(SHORT);
    }
  }

  @Test
  void aSandboxThatForbidsItDoesNotPreventTheStart() {
    List<String> sandbox =
        List.of(
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=sched_setattr",
            "-e",
            "inject=sched_setattr:error=EPERM");
    try (ServerUnderTest server = start(Map.of(), sandbox)) {
      server.awaitLine("Time slices stay as they are");
      assertThat(server.health()).startsWith("200 ");
      assertThat(server.lines())
          .noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "));
    }
  }

  private ServerUnderTest start(Map<String, String> settings, List<String> before) {
    assumeTrue(
        sliceOf(Path.of("/proc/self")) != null, "a Linux that reports slices, 6.12 and later");
    Map<String, String> all = new TreeMap<>(settings);
    all.put("TERTULIA_LOG_LEVEL", "debug");
    return ServerUnderTest.start(folder, all, before);
  }

  /// By the names of the threads.
  private static Map<String, String> slices(ServerUnderTest server) {
    Map<String, String> slices = new TreeMap<>();
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc/%s/task".formatted(server.pid())))) {
      for (Path thread : threads) {
        String slice = sliceOf(thread);
        if (slice != null) {
          slices.put(Files.readString(thread.resolve("comm")).strip(), slice);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return slices;
  }

  /// `null` for a thread that has ended, and where Linux does not say.
  private static @Nullable String sliceOf(Path thread) {
    try {
      return Files.readAllLines(thread.resolve("sched")).stream()
          .filter(line -> line.startsWith("se.slice "))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findAny()
          .orElse(null);
    } catch (IOException gone) {
      return null;
    }
  }
}
