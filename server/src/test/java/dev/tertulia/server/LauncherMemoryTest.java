package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.MemoryPlan;
import dev.tertulia.server.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The flags that bound heap and direct memory, by the memory of the machine.
final class LauncherMemoryTest {
  private static final Path FLAGS = Path.of("../packaging/jvm-flags.sh").toAbsolutePath();
  private static final Pattern BOTH =
      Pattern.compile("-XX:MaxRAMPercentage=(\\d+) -XX:MaxDirectMemorySize=(\\d+)m");

  @TempDir private Path groups;

  private static List<String> flags(List<Integer> sizes) throws IOException {
    return shell(
        ". '%s'; find_memory() { memory=$size; }; for size in %s; do find_memory_flags; echo \"$memory_flags\"; done"
            .formatted(FLAGS, String.join(" ", sizes.stream().map(String::valueOf).toList())));
  }

  private static List<String> shell(String script) throws IOException {
    Process shell = new ProcessBuilder("sh", "-euc", script).redirectErrorStream(true).start();
    return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }

  /// The memory in MiB, of a machine with 4,000, as the groups allow a process in `a/b`.
  private String boundBy(String file) throws IOException {
    return shell(
            ". '%s'; memory=4000; bound_by_group '%s' /a/b %s; echo $memory"
                .formatted(FLAGS, groups, file))
        .getFirst();
  }

  /// In a container the group of the process may not be visible below its path, but at the root.
  @ParameterizedTest
  @ValueSource(strings = {"memory.max", "memory.limit_in_bytes"})
  void theTightestOfTheGroupsAroundAProcessCounts(String file) throws IOException {
    assertThat(boundBy(file)).isEqualTo("4000");
    Files.writeString(groups.resolve(file), "1073741824\n");
    assertThat(boundBy(file)).isEqualTo("1024");
    Files.createDirectories(groups.resolve("a/b"));
    Files.writeString(groups.resolve("a/b").resolve(file), "max\n");
    Files.writeString(groups.resolve("a").resolve(file), "536870912\n");
    assertThat(boundBy(file)).isEqualTo("512");
    Files.writeString(groups.resolve("a/b").resolve(file), "9223372036854771712\n");
    assertThat(boundBy(file)).isEqualTo("512");
  }

  @Test
  void heapAndDirectMemoryLeaveRoomInEveryContainer() throws IOException {
    List<Integer> sizes =
        Stream.iterate(256, size -> size < 300_000, size -> size * 9 / 8).toList();
    List<String> flags = flags(sizes);
    assertThat(flags).hasSameSizeAs(sizes);
    for (int i = 0; i < flags.size(); i++) {
      Matcher both = BOTH.matcher(flags.get(i));
      assertThat(both.matches()).as(flags.get(i)).isTrue();
      long memory = (long) sizes.get(i) << 20;
      long heap = memory / 100 * Integer.parseInt(both.group(1));
      long direct = Long.parseLong(both.group(2)) << 20;
      assertThat(heap).isGreaterThanOrEqualTo(60 << 20);
      assertThat(direct).isGreaterThanOrEqualTo(32 << 20);
      Config config = Config.from(Settings.fromEnvironment(Map.of()));
      MemoryPlan plan = MemoryPlan.of(config.limits(), new MemoryPlan.Memory(heap, direct));
      assertThat(plan.shortage(memory)).as("%s MiB: %s", sizes.get(i), flags.get(i)).isNull();
    }
  }

  @Test
  void largeMachinesLeaveAQuarter() throws IOException {
    assertThat(flags(List.of(640, 1_024, 24_105)))
        .containsExactly(
            "-XX:MaxRAMPercentage=50 -XX:MaxDirectMemorySize=160m",
            "-XX:MaxRAMPercentage=50 -XX:MaxDirectMemorySize=256m",
            "-XX:MaxRAMPercentage=50 -XX:MaxDirectMemorySize=6026m");
  }

  @Test
  void withoutAKnownMemoryTheHeapHasHalf() throws IOException {
    assertThat(flags(List.of(0))).containsExactly("-XX:MaxRAMPercentage=50");
  }
}
