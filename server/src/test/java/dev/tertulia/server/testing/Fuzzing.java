package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs Jazzer on a target, which generates input guided by code coverage, in its own process. The
/// same seed generates the same input.
///
/// @param target has a public static `fuzzerTestOneInput(byte[])`, which throws if something is
///   wrong
/// @param beginnings what it starts from
/// @param words what is worth putting in somewhere, as libFuzzer's dictionaries write it
public record Fuzzing(Class<?> target, List<byte[]> beginnings, List<String> words) {
  /// The longest that a test may go on, in minutes: above what `--fuzz-minutes` takes.
  public static final long MOST_MINUTES = 1_020;

  private static final long PATIENCE_MINUTES = 20;

  /// Starts from texts.
  public static Fuzzing ofTexts(Class<?> target, List<String> beginnings, List<String> words) {
    List<byte[]> inputs =
        beginnings.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    return new Fuzzing(target, inputs, words);
  }

  /// Tries so many inputs.
  ///
  /// @param folder an empty one
  public void runs(Path folder, int runs) throws IOException, InterruptedException {
    List<String> quickStart = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    String said = fuzz(folder, quickStart, "-runs=" + runs, PATIENCE_MINUTES);
    assertThat(said).contains("Done " + runs + " runs");
  }

  /// Goes on for some minutes: two, or what `-Dfuzz.minutes=` says.
  ///
  /// @param folder an empty one
  public void minutes(Path folder) throws IOException, InterruptedException {
    long minutes = Long.getLong("fuzz.minutes", 2);
    String said =
        fuzz(folder, List.of(), "-max_total_time=" + minutes * 60, minutes + PATIENCE_MINUTES);
    assertThat(said).containsPattern("Done [0-9]{4,} runs");
  }

  /// The longest input that is tried, in bytes: twice the longest beginning.
  private int longest() {
    return Math.max(512, 2 * beginnings.stream().mapToInt(bytes -> bytes.length).max().orElse(0));
  }

  /// @param flags for the JVM
  private String fuzz(Path folder, List<String> flags, String how, long patienceMinutes)
      throws IOException, InterruptedException {
    Seeded seeded = Seeded.print();
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    for (int i = 0; i < beginnings.size(); i++) {
      Files.write(corpus.resolve("beginning" + i), beginnings.get(i));
    }
    Path dictionary = folder.resolve("words");
    Files.write(dictionary, words.stream().map(word -> '"' + word + '"').toList());
    Path output = folder.resolve("output");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-Xmx512m", "-XX:+EnableDynamicAgentLoading"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target.getName());
    command.add(
        "--instrumentation_includes=dev.tertulia.**:tools.jackson.**:org.snakeyaml.engine.**");
    command.add("--reproducer_path=" + folder);
    command.add("-artifact_prefix=" + folder + "/");
    command.add("-seed=" + (int) (seeded.random().nextLong() >>> 33));
    command.addAll(List.of("-max_len=" + longest(), "-dict=" + dictionary, how));
    command.add(corpus.toString());
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended;
    try {
      ended = process.waitFor(patienceMinutes, TimeUnit.MINUTES);
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output, StandardCharsets.ISO_8859_1);
    assertThat(ended).as("the fuzzer ended").isTrue();
    assertThat(process.exitValue()).as("%s%n%s", seeded, said).isZero();
    return said;
  }
}
