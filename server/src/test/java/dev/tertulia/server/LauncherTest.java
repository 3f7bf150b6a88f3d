package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The program as its process is seen from outside: what it prints, and its exit code.
@Tag("system")
final class LauncherTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern ADDRESS = Pattern.compile("http://\\S+?:(\\d+)");

  @TempDir private Path folder;

  /// What became of a process that has ended.
  private record Ended(int exit, String out, String err) {}

  private Process start(Map<String, String> environment, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectError(folder.resolve("err").toFile());
    builder.environment().keySet().removeIf(LauncherTest::isOurs);
    // Few enough for any machine, so that its limit of open files adds no line.
    builder.environment().put("TERTULIA_LIMITS_CONNECTIONS", "500");
    builder.environment().put("TERTULIA_DRAIN_GRACE", "0ms");
    builder.environment().put("TERTULIA_DRAIN_PERIOD", "0ms");
    builder.environment().putAll(environment);
    return builder.start();
  }

  /// Whether a variable of whoever runs the tests would change what is tested.
  private static boolean isOurs(String variable) {
    return variable.startsWith("TERTULIA_") || variable.endsWith("_OPTIONS");
  }

  private Ended run(Map<String, String> environment, List<String> command) throws Exception {
    Process process = start(environment, command);
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, Files.readString(folder.resolve("err")));
  }

  /// The server's own program, on the class path of this test.
  private static List<String> server(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("dev.tertulia.server.Main");
    command.addAll(List.of(arguments));
    return command;
  }

  private static List<String> shell(String... arguments) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", PROJECT + "/tertulia"));
    command.addAll(List.of(arguments));
    return command;
  }

  /// The line after the one that names the memory, which follows the first.
  private static String afterMemory(BufferedReader out) throws IOException {
    assertThat(out.readLine()).contains("INFO Memory: ");
    return out.readLine();
  }

  private static void assertOneLine(Ended ended, String... contents) {
    assertThat(ended.exit).as(ended.err).isEqualTo(2);
    assertThat(ended.err.strip().lines()).hasSize(1);
    assertThat(ended.err).startsWith("tertulia: ").contains(contents);
    assertThat(ended.out).isEmpty();
  }

  @Test
  void aTerminatedServerClosesConnectionsAndExitsWithZero() throws Exception {
    Process process = start(Map.of(), server("serve", "--port", "0"));
    try (BufferedReader out = process.inputReader()) {
      String greeting = out.readLine();
      Matcher address = ADDRESS.matcher(greeting);
      assertThat(address.find()).as(greeting).isTrue();
      try (TestClient ana = TestClient.connect(Integer.parseInt(address.group(1)), "ana")) {
        ana.chat("Ana", "hola");
        assertThat(ana.next()).contains("hola");
        process.toHandle().destroy();
        assertThat(ana.awaitClose()).isEqualTo("1001 going away");
      }
      assertThat(afterMemory(out)).contains("Tertulia has stopped");
      assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @EnumSource(IoTransport.class)
  void theFirstLineNamesTheTransport(IoTransport ioTransport) throws Exception {
    Map<String, String> environment = Map.of("TERTULIA_TRANSPORT", ioTransport.label());
    List<String> command = server("serve", "--port", "0");
    if (!ioTransport.isAvailable()) {
      assertOneLine(run(environment, command), "TERTULIA_TRANSPORT", ioTransport.label(), "auto");
      return;
    }
    Process process = start(environment, command);
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).contains("(" + ioTransport.label() + ", ");
    } finally {
      process.destroyForcibly();
    }
  }

  /// As the default filter of system calls refuses io_uring in containers.
  @Test
  void aServerThatIsRefusedIoUringUsesEpollAndSaysWhy() throws Exception {
    List<String> command = new ArrayList<>(server("serve", "--port", "0"));
    Path filter = Path.of("src/test/resources/packages/without-io-uring.py").toAbsolutePath();
    command.addAll(0, List.of("python3", filter.toString()));
    Process process = start(Map.of(), command);
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine())
          .contains("(epoll, ", "; not io_uring: ", "Operation not permitted");
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @EnumSource(value = IoTransport.class, mode = EnumSource.Mode.EXCLUDE, names = "NIO")
  void anUnavailableTransportIsReportedInOneLine(IoTransport ioTransport) throws Exception {
    List<String> command = server("serve", "--port", "0");
    command.add(1, "-Dio.netty.transport.noNative=true");
    Map<String, String> environment = Map.of("TERTULIA_TRANSPORT", ioTransport.label());
    assertOneLine(run(environment, command), "TERTULIA_TRANSPORT", ioTransport.label(), "auto");
  }

  @Test
  void aLowOpenFileLimitIsReported() throws Exception {
    List<String> command = new ArrayList<>(server("serve", "--port", "0"));
    command.addAll(0, List.of("/bin/sh", "-c", "ulimit -n 1000 && exec \"$@\"", "sh"));
    Process process = start(Map.of("TERTULIA_LIMITS_CONNECTIONS", "5000"), command);
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).contains("listens on");
      assertThat(out.readLine())
          .contains("limits.connections reduced from 5000 to 563")
          .contains("limit is 1000")
          .contains("ulimit -n");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aPortInUseIsReportedInOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      assertOneLine(run(Map.of(), server("serve", "--port", port)), port, "--port");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--prot 1,           --prot",
    "--port x,           a whole number from 0 to 65535",
    "--host 0.0.0.0,     --open-on-network",
    "--host 0.0.0.0,     auth.mode to 'token'",
    "--host example.org, --open-on-network",
    "--language fr,      'es, en'",
    "--allow-origin x,   an origin must be",
  })
  void aBadOptionIsReportedInOneLine(String options, String expected) throws Exception {
    List<String> command = server("serve");
    command.addAll(List.of(options.split(" ")));
    assertOneLine(run(Map.of(), command), expected);
  }

  /// The classes of picocli can't be in the AOT cache, and would take a third of the start. Those
  /// of PostgreSQL and of clusters are only for servers that store there.
  @Test
  void aServerIsStartedWithoutPicocliPostgresqlAndCluster() throws Exception {
    Path loaded = folder.resolve("loaded");
    List<String> command = server("serve", "--port", "0", "--language=en");
    command.add(1, "-Xlog:class+load:file=" + loaded);
    // With an empty folder, and with one that has a log.
    for (int i = 0; i < 2; i++) {
      Process process = start(Map.of(), command);
      try (BufferedReader out = process.inputReader()) {
        assertThat(out.readLine()).contains("listens on http://");
        assertThat(Files.readString(loaded))
            .contains("dev.tertulia.server.Server ")
            .doesNotContain("picocli.")
            .doesNotContain("org.postgresql.")
            .doesNotContain("com.zaxxer.")
            .doesNotContain("storage.postgres.")
            .doesNotContain("server.cluster.")
            .doesNotContain("server.relay.");
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void anUnknownSettingIsReportedInOneLine() throws Exception {
    assertOneLine(run(Map.of("TERTULIA_FOO", "1"), server("serve")), "TERTULIA_FOO");
  }

  /// All that a first deployment needs.
  @Test
  void aServerThatWantsTokensMayListenOnTheNetwork() throws Exception {
    Map<String, String> settings =
        Map.of("TERTULIA_AUTH_MODE", "token", "TERTULIA_AUTH_HS256_SECRET", TestTokens.SECRET);
    Process process = start(settings, server("serve", "--port", "0", "--host", "0.0.0.0"));
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).contains("listens on http://0.0.0.0:");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aSecretThatIsTooShortIsReportedInOneLine() throws Exception {
    Map<String, String> settings =
        Map.of("TERTULIA_AUTH_MODE", "token", "TERTULIA_AUTH_HS256_SECRET", "x".repeat(31));
    assertOneLine(run(settings, server("serve")), "32 bytes", "auth.hs256_secret");
  }

  @Test
  void aServerOpenOnTheNetworkLogsAWarning() throws Exception {
    Process process =
        start(Map.of(), server("serve", "--port", "0", "--host", "0.0.0.0", "--open-on-network"));
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).contains("listens on http://0.0.0.0:");
      assertThat(afterMemory(out)).contains("WARN Open on the network");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void helpListsEverySetting() throws Exception {
    Ended help = run(Map.of(), server("serve", "--help"));
    assertThat(help.exit).isZero();
    assertThat(help.out)
        .contains("--open-on-network", "TERTULIA_LIMITS_MESSAGES_PER_SECOND", "100");
  }

  @Test
  void theLauncherPrintsItsHelp() throws Exception {
    for (List<String> command : List.of(shell("--help"), shell("help"), shell())) {
      Ended help = run(Map.of(), command);
      assertThat(help.exit).isZero();
      assertThat(help.out)
          .contains("./tertulia serve", "./tertulia test", "./tertulia dev", "./tertulia bench");
    }
    assertThat(run(Map.of(), shell("--version")).out).matches("tertulia \\d+\\.\\d+\\.\\d+\n");
  }

  @Test
  void theLauncherReportsErrorsInOneLine() throws Exception {
    assertOneLine(run(Map.of(), shell("srve")), "'srve'", "--help");
    assertOneLine(run(Map.of(), shell("test", "--log")), "'--log'", "--long");
    Map<String, String> noJdk =
        Map.of("JAVA_HOME", "", "TERTULIA_JDK_FOLDERS", folder.toString(), "PATH", bareTools());
    assertOneLine(run(noJdk, shell("serve")), "JDK 25", "JAVA_HOME");
  }

  @Test
  void theLauncherWorksThroughASymbolicLink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("t"), PROJECT.resolve("tertulia"));
    Ended version = run(Map.of(), List.of("/bin/sh", link.toString(), "--version"));
    assertThat(version.out).startsWith("tertulia ");
    Files.delete(link);
  }

  /// A folder with the tools that the launcher uses, and no Java.
  private String bareTools() throws IOException {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool : List.of("dirname", "readlink", "grep", "sed", "find", "head")) {
      Path script = tools.resolve(tool);
      Files.writeString(script, "#!/bin/sh\nPATH=/usr/bin:/bin exec " + tool + " \"$@\"\n");
      assertThat(script.toFile().setExecutable(true)).isTrue();
    }
    return tools.toString();
  }
}
