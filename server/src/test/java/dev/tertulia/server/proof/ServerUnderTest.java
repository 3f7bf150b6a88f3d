package dev.tertulia.server.proof;

import dev.tertulia.server.testing.ProgramUnderTest;
import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/// A server in its own process, on a data folder, started as an operator would start it. Its output
/// is kept, and shown if it does not start.
final class ServerUnderTest implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("listens on http://\\S+?:(\\d+)");
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
  private static final String HEAP = "-Xmx256m";

  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private final Thread listener;

  /// What became of a program that has ended.
  record Ended(int exit, String output) {}

  private ServerUnderTest(Process process) {
    this.process = process;
    listener = Thread.ofVirtual().start(this::listen);
  }

  /// Starts a server and waits until it serves.
  static ServerUnderTest start(Path data) {
    return start(data, Map.of(), List.of());
  }

  /// Starts a server and waits until it serves.
  ///
  /// @param settings by their names in the environment
  /// @param before a command that runs the server as its last arguments
  static ServerUnderTest start(Path data, Map<String, String> settings, List<String> before) {
    return start(/* port= */ 0, data, settings, before, ProgramUnderTest.command(HEAP));
  }

  /// Starts a server and waits until it serves.
  ///
  /// @param settings by their names in the environment
  /// @param before a command that runs the server as its last arguments
  /// @param classPath a copy of the program
  static ServerUnderTest start(
      Path data, Map<String, String> settings, List<String> before, String classPath) {
    List<String> program = new ArrayList<>(List.of(JAVA.toString()));
    // Short-lived as it is, it is quicker when the JVM does not compile much.
    program.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", HEAP));
    program.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath));
    program.add("dev.tertulia.server.Main");
    return start(/* port= */ 0, data, settings, before, program);
  }

  /// Starts a server on a port and waits until it serves.
  ///
  /// @param settings by their names in the environment
  static ServerUnderTest startOn(int port, Path data, Map<String, String> settings) {
    return start(port, data, settings, List.of(), ProgramUnderTest.command(HEAP));
  }

  private static ServerUnderTest start(
      int port,
      Path data,
      Map<String, String> settings,
      List<String> before,
      List<String> program) {
    List<String> command = new ArrayList<>(before);
    command.addAll(program);
    command.addAll(List.of("serve", "--port", String.valueOf(port), "--data", data.toString()));
    return start(command, settings);
  }

  /// Starts a server with the JVM flags of the launcher, and waits until it serves.
  ///
  /// @param flags the file with these flags
  static ServerUnderTest startAsLaunched(
      Path data, Map<String, String> settings, List<String> before, Path flags) {
    List<String> command = new ArrayList<>(before);
    String script = "'; find_memory_flags; exec \"$0\" $memory_flags $server_flags \"$@\"";
    command.addAll(List.of("sh", "-c", ". '" + flags + script, JAVA.toString()));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.tertulia.server.Main", "serve", "--port", "0"));
    command.addAll(List.of("--data", data.toString()));
    return start(command, settings);
  }

  private static ServerUnderTest start(List<String> command, Map<String, String> settings) {
    ServerUnderTest server = new ServerUnderTest(launch(command, settings));
    try {
      server.port.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return server;
    } catch (Exception e) {
      server.close();
      throw new AssertionError("no server: " + server.lines(), e);
    }
  }

  /// Runs the server's program with other arguments until it ends.
  static Ended run(String... arguments) {
    return run(List.of(), arguments);
  }

  /// Runs the server's program with other arguments until it ends.
  ///
  /// @param before a command that runs the program as its last arguments
  static Ended run(List<String> before, String... arguments) {
    Process process = begin(before, arguments);
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), output);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      process.destroyForcibly();
    }
  }

  /// Begins to run the server's program with other arguments.
  ///
  /// @param before a command that runs the program as its last arguments
  static Process begin(List<String> before, String... arguments) {
    List<String> command = new ArrayList<>(before);
    command.addAll(ProgramUnderTest.command(HEAP));
    command.addAll(List.of(arguments));
    return launch(command, Map.of());
  }

  private static Process launch(List<String> command, Map<String, String> settings) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("TERTULIA_") || name.endsWith("_OPTIONS"));
    builder.environment().put("TERTULIA_LIMITS_CONNECTIONS", "500");
    // Nobody is there who would have to come back.
    builder.environment().put("TERTULIA_DRAIN_GRACE", "0ms");
    builder.environment().put("TERTULIA_DRAIN_PERIOD", "0ms");
    // What a test does is no flood.
    for (String rate : List.of("MESSAGES", "BYTES", "REQUESTS")) {
      builder.environment().put("TERTULIA_LIMITS_" + rate + "_PER_SECOND", "0");
    }
    for (String rate : List.of("MESSAGES", "BYTES", "NOTIFICATIONS", "JOINS", "QUERIES")) {
      builder.environment().put("TERTULIA_LIMITS_" + rate + "_PER_SECOND_PER_CLIENT", "0");
    }
    builder.environment().putAll(settings);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void listen() {
    try (BufferedReader out = process.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
        Matcher address = ADDRESS.matcher(line);
        if (address.find()) {
          port.complete(Integer.valueOf(address.group(1)));
        }
      }
    } catch (IOException e) {
      // The process was killed.
    }
    port.completeExceptionally(new IOException("it has ended"));
  }

  int port() {
    return port.join();
  }

  /// The number of its process, if no other command runs it.
  long pid() {
    return process.pid();
  }

  /// Waits until it has printed a line that contains `text`.
  public void awaitLine(String text) {
    Awaitility.await()
        .atMost(TestServer.PATIENCE)
        .until(() -> lines().stream().anyMatch(line -> line.contains(text)));
  }

  /// What it has written so far.
  List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /// What `GET /health/ready` says: the status, and the body.
  String health() {
    return TestServer.health(port());
  }

  /// Stops it with SIGSTOP: it does nothing any more until it is resumed.
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /// Has it go on after a pause, with SIGCONT.
  void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  /// Has it read its configuration again, with SIGHUP.
  void hangUp() throws IOException, InterruptedException {
    signal("HUP");
  }

  /// Asks it to end, with SIGTERM.
  void askToEnd() throws IOException, InterruptedException {
    signal("TERM");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process signal =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start();
    if (signal.waitFor() != 0) {
      throw new AssertionError("it can't be sent SIG" + name);
    }
  }

  /// Ends it with SIGKILL, and with it the command that it was started by. Waits until it has gone.
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    awaitEnd();
  }

  /// Asks it to end, with SIGTERM, and waits until it has.
  void terminate() {
    List<ProcessHandle> children = process.descendants().toList();
    if (children.isEmpty()) {
      process.destroy();
    } else {
      children.getLast().destroy();
    }
    awaitEnd();
  }

  /// The exit code, once it has ended.
  int exitCode() {
    return process.exitValue();
  }

  /// Whether it has not ended.
  boolean isAlive() {
    return process.isAlive();
  }

  /// Waits until it has ended.
  void awaitEnd() {
    awaitEnd(TestServer.PATIENCE);
  }

  /// Waits until it has ended.
  void awaitEnd(Duration patience) {
    try {
      if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the server does not end: " + lines());
      }
      listener.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
