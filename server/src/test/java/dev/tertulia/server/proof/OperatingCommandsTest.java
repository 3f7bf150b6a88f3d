package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.ProgramUnderTest;
import dev.tertulia.server.testing.TestCertificate;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands of the operator's handbook, run as it shows them: by a shell, against servers in
/// processes of their own, in a temporary folder. Only ports and paths are others.
@Tag("system")
final class OperatingCommandsTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  /// A part of the page in a fence: its language, and its content.
  private static final Pattern FENCED =
      Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern CONTINUED = Pattern.compile("\\\\\n\\s*");
  private static final Pattern COMMENT = Pattern.compile("\\s+# .*$");
  private static final Pattern TEXT = Pattern.compile("\"[^\"$]*\"");
  private static final Pattern LIKE_A_COMMAND =
      Pattern.compile(
          "^(sudo |export |\\w+=\\S+"
              + " )?(\\./tertulia|tertulia|curl|chmod|systemctl|journalctl|docker"
              + "|apt|dpkg|ssh)\\b.*");
  private static final Pattern INLINE = Pattern.compile("`\\./tertulia ([a-z]+)");

  /// What can't be run where tests run, and why.
  private static final Map<String, String> NOT_RUN =
      Map.of(
          "pg_dump --format=custom --schema=tertulia --file=/backups/tertulia.dump"
              + " --dbname=postgresql://tertulia@db.example.org/tertulia",
          "is a program of PostgreSQL, which the tests do not have",
          "journalctl -u tertulia -p warning -o short-iso",
          "reads the journal of systemd, to which the service of the package writes",
          "journalctl -u tertulia -o cat | jq 'select(.client == \"ana\")'",
          "reads the journal of systemd, to which the service of the package writes");

  /// What a command of the page finds when it is run.
  private enum Scene {
    /// A server without accounts, which uses the folder `data`.
    OPEN,
    /// A server that wants tokens, which uses the folder `data`.
    TOKENS,
    /// Nobody uses the folder `data`.
    ALONE;

    static Scene of(List<String> commands) {
      String all = String.join("\n", commands);
      if (Pattern.compile("tertulia (serve|restore)").matcher(all).find()) {
        return ALONE;
      }
      return Pattern.compile("tertulia (token|revoke|key create ci)").matcher(all).find()
          ? TOKENS
          : OPEN;
    }
  }

  private static final Map<String, String> WITH_TOKENS =
      Map.of("TERTULIA_AUTH_MODE", "token", "TERTULIA_AUTH_HS256_SECRET", TestTokens.SECRET);

  @TempDir private Path folder;

  /// An empty one in PostgreSQL.
  private final String database = Postgres.shared().newDatabase();

  @Test
  void bothLanguagesShowTheSameCommands() throws IOException {
    assertThat(withoutTexts(blocks("operating.es.md")))
        .isEqualTo(withoutTexts(blocks("operating.md")))
        .hasSizeGreaterThan(15);
  }

  @Test
  void everyCommandIsMarkedAsOneAndKnown() throws IOException {
    String launcher = Files.readString(PROJECT.resolve("tertulia"));
    for (String page : List.of("operating.md", "operating.es.md")) {
      String text = Files.readString(PROJECT.resolve("docs").resolve(page));
      List<String> others =
          FENCED
              .matcher(text)
              .results()
              .filter(fence -> !fence.group(1).equals("sh"))
              .flatMap(fence -> fence.group(2).lines())
              .filter(line -> LIKE_A_COMMAND.matcher(line).matches())
              .toList();
      assertThat(others).as("commands outside of blocks of 'sh' in " + page).isEmpty();
      assertThat(blocks(page).stream().flatMap(List::stream)).containsAll(NOT_RUN.keySet());
      for (MatchResult command : INLINE.matcher(text).results().toList()) {
        assertThat(launcher).as(page).containsPattern("[ ;]" + command.group(1) + "\\b");
      }
    }
  }

  /// What the commands do is tested elsewhere as well.
  @Test
  @Tag("long")
  void everyCommandDoesWhatItIsShownFor() throws Exception {
    prepare();
    List<List<String>> blocks =
        blocks("operating.md").stream()
            .map(block -> block.stream().filter(line -> !NOT_RUN.containsKey(line)).toList())
            .filter(block -> !block.isEmpty())
            .toList();
    Path tokens = Files.createDirectories(folder.resolve("tokens"));
    link(tokens);
    try (ServerUnderTest server =
        ServerUnderTest.start(tokens.resolve("data"), WITH_TOKENS, List.of())) {
      for (List<String> block : of(Scene.TOKENS, blocks)) {
        run(tokens, block, server, WITH_TOKENS);
      }
    }
    try (ServerUnderTest server = ServerUnderTest.start(folder.resolve("data"))) {
      // What ends the server comes last.
      List<List<String>> open = new ArrayList<>(of(Scene.OPEN, blocks));
      List<String> drain = List.of("./tertulia drain");
      assertThat(open.remove(drain)).isTrue();
      for (List<String> block : open) {
        speak(server);
        run(folder, block, server, Map.of());
      }
      run(folder, drain, server, Map.of());
      server.awaitEnd();
      assertThat(server.exitCode()).isZero();
    }
    for (List<String> block : of(Scene.ALONE, blocks)) {
      run(folder, block, null, Map.of("TERTULIA_PORT", "0"));
    }
  }

  private static List<List<String>> of(Scene scene, List<List<String>> blocks) {
    List<List<String>> found = blocks.stream().filter(block -> Scene.of(block) == scene).toList();
    assertThat(found).as(scene.name()).isNotEmpty();
    return found;
  }

  /// The commands of a page, without comments: those of a block belong together.
  private static List<List<String>> blocks(String page) throws IOException {
    String text = Files.readString(PROJECT.resolve("docs").resolve(page));
    return FENCED
        .matcher(text)
        .results()
        .filter(fence -> fence.group(1).equals("sh"))
        .map(fence -> CONTINUED.matcher(fence.group(2)).replaceAll(""))
        .map(code -> code.lines().map(line -> COMMENT.matcher(line).replaceAll("")).toList())
        .toList();
  }

  private static List<String> withoutTexts(List<List<String>> blocks) {
    return blocks.stream()
        .map(block -> TEXT.matcher(String.join("\n", block)).replaceAll("\"…\""))
        .toList();
  }

  /// The program as `./tertulia`, and everything that the page takes for granted.
  private void prepare() throws IOException {
    Path program = folder.resolve("tertulia");
    // A server that is started ends as soon as it serves.
    Files.writeString(
        program,
        """
        #!/bin/bash
        program=('%s')
        case " $* " in
          *' --help '*) exec "${program[@]}" "$@" ;;
          ' serve '*) ;;
          *) exec "${program[@]}" "$@" ;;
        esac
        exec {lines}< <(exec "${program[@]}" "$@" 2>&1)
        server=$!
        while read -r line <&$lines; do
          echo "$line"
          case $line in *' listens on '*) kill -TERM $server ;; esac
        done
        wait $server
        """
            .formatted(String.join("' '", ProgramUnderTest.command("-Xmx256m"))));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(
        folder.resolve(".curlrc"),
        "fail-with-body\nsilent\nshow-error\nmax-time = 60\nnoproxy = \"*\"\n");
    Files.createDirectories(folder.resolve("backups"));
    TestCertificate.of("handbook").writeInto(folder);
  }

  private void link(Path where) throws IOException {
    Files.createSymbolicLink(where.resolve("tertulia"), folder.resolve("tertulia"));
  }

  /// Something that commands can find: a notification for `ana`, and a message in `builds`.
  private static void speak(ServerUnderTest server) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      post(http, server, "clients/ana/notifications");
      post(http, server, "rooms/builds/messages?client=ana");
    }
  }

  private static void post(HttpClient http, ServerUnderTest server, String path) throws Exception {
    URI address = URI.create("http://127.0.0.1:%s/api/v1/%s".formatted(server.port(), path));
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("hola"))
            .build();
    assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).as(path).isEqualTo(201);
  }

  /// Runs the commands of a block, one after the other. Each must succeed.
  private void run(
      Path where, List<String> block, @Nullable ServerUnderTest server, Map<String, String> more)
      throws Exception {
    // A stream of events does not end: its first line is enough.
    StringBuilder script =
        new StringBuilder(
            """
            set -o pipefail
            curl() {
              case "$*" in
                */stream\\?*)
                  exec {events}< <(command curl "$@")
                  local line
                  read -r line <&$events && kill $! && [ -n "$line" ] ;;
                *) command curl "$@" ;;
              esac
            }
            """);
    for (String command : block) {
      script.append(
          "{\n%s\n} || { echo failed >&2; exit 1; }\n".formatted(adapted(command, server)));
    }
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-c", script.toString())
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    Map<String, String> environment = shell.environment();
    environment
        .keySet()
        .removeIf(name -> name.startsWith("TERTULIA_") || name.endsWith("_OPTIONS"));
    environment.put("HOME", folder.toString());
    environment.put("TERTULIA_LIMITS_CONNECTIONS", "500");
    environment.put("TERTULIA_DRAIN_GRACE", "0ms");
    environment.put("TERTULIA_DRAIN_PERIOD", "0ms");
    environment.putAll(more);
    if (server != null) {
      environment.put("TERTULIA_URL", "http://127.0.0.1:" + server.port());
    }
    Process process = shell.start();
    process.getOutputStream().close();
    try {
      boolean ended = process.waitFor(TestServer.PATIENCE.multipliedBy(block.size()));
      String output = Files.readString(folder.resolve("output"), StandardCharsets.UTF_8);
      assertThat(ended).as("%s ends: %s", block, output).isTrue();
      assertThat(process.exitValue()).as("%s: %s", block, output).isZero();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /// A command of the page, with the ports and paths of this test, and without questions.
  private String adapted(String command, @Nullable ServerUnderTest server) {
    String port = server == null ? "0" : String.valueOf(server.port());
    return command
        .replace("postgresql://tertulia@db.example.org/tertulia", database)
        .replace("127.0.0.1:8000", "127.0.0.1:" + port)
        .replace("--port 9000", "--port 0")
        .replace("/srv/tertulia", "data")
        .replace("/backups/tertulia-2026-11-29.sqlite", "$(ls backups/tertulia-*.sqlite)")
        .replace("/backups/", "backups/")
        .replace("/etc/prometheus/", "")
        .replace("/etc/tertulia/tls", "tls")
        // The message is there already.
        .replace("--lines 0", "--lines 1")
        .replace("erase ana", "erase ana --yes")
        .replace("undo ID", "undo \"$(./tertulia revoke list | head -n 1 | cut -f 1)\"");
  }
}
