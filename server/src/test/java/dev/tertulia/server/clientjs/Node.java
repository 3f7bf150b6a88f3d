package dev.tertulia.server.clientjs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The system's Node, run in the folder of the client, and the npm packages that the build has
/// unpacked for it.
final class Node {
  static final Path CLIENT = Path.of("..", "client-js").toAbsolutePath().normalize();

  private static final Path PACKAGES = Path.of("target", "node_modules").toAbsolutePath();

  private Node() {}

  /// What a run has printed, and how it ended.
  record Run(int exitCode, String output) {}

  /// Runs Node until it ends. After `patience`, it is killed with what it started, and this fails
  /// with what it has printed.
  static Run run(List<String> arguments, Map<String, String> environment, Duration patience)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("node"));
    command.addAll(arguments);
    Path output = Files.createTempFile("node", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(CLIENT.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = start(builder);
      try {
        boolean ended = process.waitFor(patience.toSeconds(), TimeUnit.SECONDS);
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(ended).as("node ended within %s; it has printed:\n%s", patience, text).isTrue();
        return new Run(process.exitValue(), text);
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    } finally {
      Files.delete(output);
    }
  }

  /// The folder of an npm package.
  static Path npmPackage(String name) {
    Path folder = PACKAGES.resolve(name);
    assertThat(folder)
        .as("the npm package %s, which `mvn process-test-resources` unpacks", name)
        .isDirectory();
    return folder;
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new AssertionError(
          "this needs Node.js 18 or later: install it (Debian: apt-get install nodejs)", e);
    }
  }
}
