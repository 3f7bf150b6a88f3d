package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ProgramUnderTest;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands that send requests to a running server: each in a separate process, and what it
/// says of errors in this one.
@Tag("system")
final class CommandsTest {
  private static TestServer server;

  @TempDir private Path folder;

  /// What became of a process that has ended.
  private record Ended(int exit, String out, String err) {}

  @BeforeAll
  static void startServer() {
    server =
        TestServer.start(
            Map.of(Setting.ROOMS, "[{name: team.*, access: members}]", Setting.LANGUAGE, "en"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static String url() {
    return "http://127.0.0.1:" + server.port();
  }

  private Process start(String... arguments) throws IOException {
    return startIn("C.UTF-8", arguments);
  }

  private Process startIn(String locale, String... arguments) throws IOException {
    List<String> command = ProgramUnderTest.command();
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectError(folder.resolve("err").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("TERTULIA_"));
    builder.environment().put("LC_ALL", locale);
    return builder.start();
  }

  private Ended run(String in, String... arguments) throws Exception {
    Process process = start(arguments);
    try {
      process.getOutputStream().write(in.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
    } catch (IOException readsNothing) {
      // It has said why on its standard error.
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, Files.readString(folder.resolve("err")));
  }

  /// Runs a command in this process: for the many that only differ in what they are told.
  private static Ended runHere(String... arguments) {
    CommandRun run = CommandRun.of(Map.of(), /* in= */ "", /* terminal= */ false, arguments);
    return new Ended(run.exit(), run.out(), run.err());
  }

  @Test
  void aSentMessageIsReceived() throws Exception {
    try (TestClient ana = TestClient.connect(server, "ana")) {
      Ended sent =
          run(
              "",
              "send",
              "lobby",
              "the build is green",
              "--client",
              "ci",
              "--sender",
              "Build",
              "--url",
              url());
      assertThat(sent).isEqualTo(new Ended(0, "", ""));
      Json heard = Json.parse(ana.next());
      assertThat(heard.text("message")).isEqualTo("the build is green");
      assertThat(heard.text("client")).isEqualTo("ci");
      assertThat(heard.text("sender")).isEqualTo("Build");

      Ended piped = run("de la tubería, ñ\n", "send", "lobby", "--json", "--url", url() + "/");
      assertThat(piped.exit).as(piped.err).isZero();
      assertThat(Json.parse(piped.out.strip()).text("room")).isEqualTo("lobby");
      assertThat(Json.parse(ana.next()).text("message")).isEqualTo("de la tubería, ñ");
    }
  }

  /// Where the launcher does not see to it. The arguments pass a shell, because this JVM may not be
  /// able to hand them over.
  @Test
  void textOutsideTheLocaleIsRefusedAndUtf8IsKept() throws Exception {
    try (TestClient ana = TestClient.connect(server, "ana-u")) {
      for (String locale : List.of("POSIX", "C.UTF-8")) {
        Path script = folder.resolve("script");
        Files.writeString(
            script,
            "export LC_ALL=%s\nexec \"$@\" notify ana-u compilación --url %s\n"
                .formatted(locale, url()));
        List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
        command.addAll(ProgramUnderTest.command());
        Path err = folder.resolve("err");
        Process process =
            new ProcessBuilder(command)
                .redirectError(err.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        boolean readable = !locale.equals("POSIX");
        assertThat(process.exitValue()).as(Files.readString(err)).isEqualTo(readable ? 0 : 2);
        assertThat(Files.readString(err).lines()).hasSize(readable ? 0 : 1);
      }
      assertThat(Json.parse(ana.next()).text("message")).isEqualTo("compilación");
    }
  }

  @Test
  void tailPrintsNewMessagesAndEndsAfterItsCount() throws Exception {
    for (int i = 1; i <= 4; i++) {
      run("", "send", "tailed", "m" + i, "--client", "ci", "--url", url());
    }
    Process tail = start("tail", "tailed", "--lines", "2", "--count", "3", "--url", url());
    try (BufferedReader out = tail.inputReader()) {
      assertThat(out.readLine()).matches("\\d\\d:\\d\\d:\\d\\d ci: m3");
      assertThat(out.readLine()).endsWith("ci: m4");
      run("", "send", "tailed", "a\u001b[31m\nb", "--client", "ci", "--url", url());
      assertThat(out.readLine())
          .as("nothing that drives a terminal")
          .endsWith("ci: a\\u001b[31m b");
      assertThat(tail.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(tail.exitValue()).isZero();
    } finally {
      tail.destroyForcibly();
    }
    Ended json =
        run("", "tail", "tailed", "--lines", "1", "--count", "1", "--json", "--url", url());
    assertThat(Json.parse(json.out.strip()).text("message")).isEqualTo("a\u001b[31m\nb");
  }

  @Test
  void tailWaitsForAnUnavailableServerAndMissesNothing() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Map<Setting, String> settings =
        Map.of(
            Setting.PORT, String.valueOf(port),
            Setting.DATA, folder.resolve("data").toString());
    String there = "http://127.0.0.1:" + port;
    Process tail = null;
    try {
      try (TestServer first = TestServer.start(settings)) {
        tail = start("tail", "r", "--url", there);
        first.awaitConnections(1);
        assertThat(run("", "send", "r", "one", "--client", "ci", "--url", there).exit).isZero();
        assertThat(tail.inputReader().readLine()).endsWith("ci: one");
      }
      try (TestServer second = TestServer.start(settings)) {
        assertThat(run("", "send", "r", "two", "--client", "ci", "--url", there).exit).isZero();
        assertThat(tail.inputReader().readLine()).endsWith("ci: two");
        tail.destroy();
        second.awaitConnections(0);
      }
    } finally {
      if (tail != null) {
        tail.destroyForcibly();
      }
    }
  }

  @Test
  void notificationsAreSentAndTheirStatusIsShown() throws Exception {
    try (TestClient ana = TestClient.connect(server, "ana-n")) {
      Ended sent =
          run(
              "",
              "notify",
              "ana-n",
              "bob-n",
              "the build is broken",
              "--from",
              "ci",
              "--url",
              url());
      assertThat(sent.exit).as(sent.err).isZero();
      assertThat(sent.out.lines()).hasSize(2);
      assertThat(Json.parse(ana.next()).text("message")).isEqualTo("the build is broken");
      Ended piped = run("from a pipe\n", "notify", "ana-n", "--title", "T", "--url", url());
      assertThat(piped.exit).as(piped.err).isZero();
      assertThat(Json.parse(ana.next()).text("message")).isEqualTo("from a pipe");
      Ended all = run("to all", "broadcast", "--json", "--url", url());
      assertThat(all.exit).as(all.err).isZero();
      assertThat(Json.parse(all.out.strip()).text("id")).isNotEmpty();
      assertThat(Json.parse(ana.next()).text("scope")).isEqualTo("broadcast");
    }
    Ended inbox = run("", "inbox", "bob-n", "--url", url());
    assertThat(inbox.exit).as(inbox.err).isZero();
    assertThat(inbox.out).contains("ci: the build is broken", "bob-n has never connected");
    Ended json = run("", "inbox", "ana-n", "--limit", "1", "--json", "--url", url());
    assertThat(Json.parse(json.out.strip()).objects("notifications")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "notify|a b|x;                       invalid",
        "notify|ana|x|--urgency|now;         invalid",
        "inbox|ana|--before|x;               not_found",
        "send|team.red|x|--client|eve;       forbidden",
        "send|a b|x;                         invalid",
        "send|lobby|x|--client|a b;          invalid",
        "tail|team.red|--client|eve;         forbidden",
        "tail|a b;                           invalid",
      })
  void aRefusalIsReportedInOneLine(String command, String code) {
    List<String> arguments = new ArrayList<>(List.of(command.strip().split("\\|")));
    arguments.addAll(List.of("--url", url()));
    Ended ended = runHere(arguments.toArray(String[]::new));
    assertThat(ended.exit).as(ended.err).isEqualTo(1);
    assertThat(ended.out).isEmpty();
    assertThat(ended.err.strip().lines()).hasSize(1);
    assertThat(ended.err).startsWith("tertulia: refused (" + code + "): ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"send|lobby|x", "tail|lobby", "notify|ana|x", "broadcast|x", "inbox|ana"})
  void anUnreachableServerIsReportedInOneLine(String command) throws Exception {
    String nowhere;
    try (ServerSocket free = new ServerSocket(0)) {
      nowhere = "http://127.0.0.1:" + free.getLocalPort();
    }
    List<String> arguments = new ArrayList<>(List.of(command.split("\\|")));
    arguments.addAll(List.of("--url", nowhere));
    Ended ended = runHere(arguments.toArray(String[]::new));
    assertThat(ended.exit).as(ended.err).isEqualTo(3);
    assertThat(ended.out).isEmpty();
    assertThat(ended.err.strip().lines()).hasSize(1);
    assertThat(ended.err).startsWith("tertulia: no answer from " + nowhere).contains("--url");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "send;                             ROOM",
        "send|lobby|x|--ulr|http://a;      --ulr",
        "send|lobby|x|--url|nonsense;      nonsense",
        "send|lobby|x|--url|ftp://a;       ftp://a",
        "tail|lobby|--lines|51;            --lines",
        "tail|lobby|--lines|x;             --lines",
        "notify;                           CLIENT",
        "inbox;                            CLIENT",
        "inbox|ana|--limit|x;              --limit",
        "broadcast|x|y;                    y",
      })
  void anInvalidCommandIsReportedInOneLine(String command, String names) {
    Ended ended = runHere(command.strip().split("\\|"));
    assertThat(ended.exit).as(ended.err).isEqualTo(2);
    assertThat(ended.out).isEmpty();
    assertThat(ended.err.strip().lines()).hasSize(1);
    assertThat(ended.err).startsWith("tertulia: ").contains(names);
  }

  @ParameterizedTest
  @ValueSource(strings = {"send", "notify", "broadcast", "tail", "inbox"})
  void helpListsTheExitCodes(String command) {
    Ended help = runHere(command, "--help");
    assertThat(help.exit).isZero();
    assertThat(help.out)
        .contains("Exit codes: 0 success, 1", "2 ", "3 ", "--url", "--json", "Examples");
  }

  /// What others say of themselves drives no terminal, and what JSON allows is given on as it is.
  @Test
  void controlCharactersFromOtherClientsAreEscapedAndJsonIsKept() throws Exception {
    try (FullPeer peer = FullPeer.hello(server, "dev-n", "'device':'\\u001b[31mphone'")) {
      String id = peer.ask("'type':'notification','message':'m'").text("id");
      peer.ask("'type':'shown','id':'%s'".formatted(id));
      Ended inbox = run("", "inbox", "dev-n", "--url", url());
      assertThat(inbox.exit).as(inbox.err).isZero();
      assertThat(inbox.out).contains("shown on \\u001b[31mphone").doesNotContain("\u001b");
      String data = "{\"a\":123456789012345678901234567890,\"b\":null,\"c\":[1e999,null,0.10]}";
      String said = "'type':'chat','room':'numbers','message':'m','data':" + data;
      assertThat(peer.ask(said).type()).isEqualTo("ok");
    }
    Ended tail = run("", "tail", "numbers", "--count", "1", "--json", "--url", url());
    assertThat(tail.exit).as(tail.err).isZero();
    assertThat(tail.out)
        .contains(
            "\"data\":{\"a\":123456789012345678901234567890,\"b\":null,\"c\":[1e999,null,0.10]}");
  }

  @Test
  void anOversizedStandardInputIsRefusedAsTooLarge() throws Exception {
    Ended ended = run("x" + "ñ".repeat(200_000), "send", "lobby", "--url", url());
    assertThat(ended.exit).as(ended.err).isEqualTo(1);
    assertThat(ended.err).startsWith("tertulia: refused (too_large): ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"send|lobby|x", "tail|lobby", "notify|ana|x", "broadcast|x", "inbox|ana"})
  void anotherHttpServerIsNotTakenForTertulia(String command) throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    try {
      byte[] page = "<p>Log in first".getBytes(StandardCharsets.UTF_8);
      other.createContext(
          "/",
          exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
          });
      other.start();
      String address = "http://127.0.0.1:" + other.getAddress().getPort();
      List<String> arguments = new ArrayList<>(List.of(command.split("\\|")));
      arguments.addAll(List.of("--url", address));
      Ended ended = runHere(arguments.toArray(String[]::new));
      assertThat(ended.exit).as(ended.err).isEqualTo(1);
      assertThat(ended.out).isEmpty();
      assertThat(ended.err.strip())
          .isEqualTo(
              "tertulia: %s answered with status 200, but not like a Tertulia server: check --url"
                  .formatted(address));
    } finally {
      other.stop(0);
    }
  }
}
