package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.Main;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The program that is tested, for the processes that tests start: its classes in a jar, with an
/// AOT cache, with which a server starts with two fifths less work.
///
/// The first test that asks for it makes it, once for a build: it is named after the classes and
/// the libraries. It has none of the classes of the tests, and nothing beside it.
public final class ProgramUnderTest {
  private static final Path BUILDS = Path.of("target", "program").toAbsolutePath();
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  /// Short-lived as it is, it is quicker when the JVM does not compile much.
  private static final List<String> FLAGS =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");

  /// Made by the thread that asks first; the others wait for it.
  private static final class Holder {
    private static final List<String> COMMAND = make();
  }

  private ProgramUnderTest() {}

  /// The command that runs the program without arguments.
  ///
  /// @param flags further flags of the JVM, none of which changes how objects lie in the heap,
  ///   because it would not use the cache then
  public static List<String> command(String... flags) {
    List<String> command = new ArrayList<>(Holder.COMMAND);
    command.addAll(1, List.of(flags));
    return command;
  }

  private static List<String> make() {
    try {
      Files.createDirectories(BUILDS);
      // The JVMs of other test classes may want it at the same time.
      try (FileChannel channel =
              FileChannel.open(
                  BUILDS.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        assertThat(lock.isValid()).isTrue();
        return make(
            Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
      }
    } catch (IOException | InterruptedException | URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> make(Path classes) throws IOException, InterruptedException {
    String libraries =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> Files.isRegularFile(Path.of(entry)))
            .collect(Collectors.joining(File.pathSeparator));
    Path build = BUILDS.resolve(name(classes, libraries));
    Path jar = build.resolve("program.jar");
    Path cache = build.resolve("program.aot");
    String classPath = jar + File.pathSeparator + libraries;
    if (!Files.exists(cache)) {
      removeEarlierBuilds();
      Files.createDirectories(build);
      int packed =
          ToolProvider.findFirst("jar")
              .orElseThrow()
              .run(
                  System.out,
                  System.err,
                  "--create",
                  "--no-compress",
                  "--file=" + jar,
                  "-C",
                  classes.toString(),
                  ".");
      assertThat(packed).isZero();
      record(build, cache, classPath);
    }
    List<String> command = new ArrayList<>(List.of(JAVA.toString()));
    command.addAll(FLAGS);
    command.addAll(List.of("-XX:AOTCache=" + cache, "-cp", classPath, Main.class.getName()));
    return command;
  }

  /// They take 50 MB each.
  private static void removeEarlierBuilds() throws IOException {
    try (Stream<Path> found = Files.walk(BUILDS, 2)) {
      List<Path> all = found.filter(path -> !path.equals(BUILDS)).toList();
      for (Path path : all.reversed()) {
        if (!path.getFileName().toString().equals("lock")) {
          Files.delete(path);
        }
      }
    }
  }

  /// Rehearses a start, as the launcher does.
  private static void record(Path build, Path cache, String classPath)
      throws IOException, InterruptedException {
    Path recording = build.resolve("recording.aot");
    Path output = build.resolve("recording.log");
    List<String> command = new ArrayList<>(List.of(JAVA.toString()));
    command.addAll(FLAGS);
    command.add("-XX:AOTCacheOutput=" + recording);
    command.addAll(List.of("-cp", classPath, Main.class.getName(), "rehearse"));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("TERTULIA_"));
    int exit = builder.start().waitFor();
    assertThat(exit).as(() -> read(output)).isZero();
    assertThat(recording).as(() -> read(output)).exists();
    Files.move(recording, cache);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /// What differs if a class or a library does.
  private static String name(Path classes, String libraries) throws IOException {
    StringBuilder all = new StringBuilder(libraries).append(Runtime.version());
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
        all.append(file).append(UUID.nameUUIDFromBytes(Files.readAllBytes(file)));
      }
    }
    return UUID.nameUUIDFromBytes(all.toString().getBytes(StandardCharsets.UTF_8)).toString();
  }
}
