package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs a target on generated input, in its own process: for long on what Jazzer generates, guided
/// by code coverage, for short on random changes of the beginnings, because Jazzer needs longer to
/// start. The same seed generates the same input.
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

  /// Tries so many [ChangedInputs].
  ///
  /// @param folder an empty one
  public void runs(Path folder, int runs) throws IOException, InterruptedException {
    Seeded seeded = Seeded.print();
    List<String> command = java(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add(ChangedInputs.class.getName());
    command.addAll(List.of(target.getName(), "" + seeded.seed(), "" + runs, "" + longest()));
    command.addAll(List.of("" + corpus(folder), "" + dictionary(folder)));
    String said = run(folder, command, seeded, PATIENCE_MINUTES);
    assertThat(said).contains("Done " + runs + " runs");
  }

  /// Goes on for some minutes: two, or what `-Dfuzz.minutes=` says.
  ///
  /// @param folder an empty one
  public void minutes(Path folder) throws IOException, InterruptedException {
    long minutes = Long.getLong("fuzz.minutes", 2);
    String said = fuzz(folder, "-max_total_time=" + minutes * 60, minutes + PATIENCE_MINUTES);
    assertThat(said).containsPattern("Done [0-9]{4,} runs");
  }

  /// The longest input that is tried, in bytes: twice the longest beginning.
  private int longest() {
    return Math.max(512, 2 * beginnings.stream().mapToInt(bytes -> bytes.length).max().orElse(0));
  }

  private Path corpus(Path folder) throws IOException {
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    for (int i = 0; i < beginnings.size(); i++) {
      Files.write(corpus.resolve("beginning" + i), beginnings.get(i));
    }
    return corpus;
  }

  private Path dictionary(Path folder) throws IOException {
    return Files.write(
        folder.resolve("words"), words.stream().map(word -> '"' + word + '"').toList());
  }

  private static List<String> java(List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-Xmx512m", "-XX:+EnableDynamicAgentLoading"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return command;
  }

  private String fuzz(Path folder, String how, long patienceMinutes)
      throws IOException, InterruptedException {
    Seeded seeded = Seeded.print();
    Path corpus = corpus(folder);
    List<String> command = java(List.of());
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target.getName());
    command.add(
        "--instrumentation_includes=dev.tertulia.**:tools.jackson.**:org.snakeyaml.engine.**");
    command.add("--reproducer_path=" + folder);
    command.add("-artifact_prefix=" + folder + "/");
    command.add("-seed=" + (int) (seeded.random().nextLong() >>> 33));
    command.addAll(List.of("-max_len=" + longest(), "-dict=" + dictionary(folder), how));
    command.add(corpus.toString());
    return run(folder, command, seeded, patienceMinutes);
  }

  private static String run(Path folder, List<String> command, Seeded seeded, long patienceMinutes)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output");
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
