package dev.tertulia.server.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.SampleData;
import dev.tertulia.server.storage.admin.Export;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.NetworkAddress;
import dev.tertulia.server.testing.OperatorApi;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The routes of the operator: who may use them, and what they answer.
final class AdminApiTest {
  private static final String ERASURES = "/api/v1/admin/erasures";
  private static final String IMPORTS = "/api/v1/admin/imports";
  private static final String ANA = "{\"client\":\"ana\"}";

  @TempDir private Path temp;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // The same.
  private Path lines;

  @BeforeEach
  void start() throws IOException {
    server = TestServer.start();
    Path other = temp.resolve("other");
    SampleData.in(other);
    lines = temp.resolve("lines.jsonl");
    try (OutputStream out = Files.newOutputStream(lines)) {
      Export.of(other, out, null, Progress.NONE);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String file(Path file) {
    return "{\"file\":\"%s\"}".formatted(file);
  }

  private OperatorApi.Lines post(String path, String json) {
    return OperatorApi.post(server.data(), path, json);
  }

  private void importAll() {
    try (OperatorApi.Lines imported = post(IMPORTS, file(lines))) {
      assertThat(imported.last().number("added")).isEqualTo(24);
    }
  }

  private long entries() {
    CommandRun export =
        CommandRun.of(Map.of(), "", false, "export", "--data", server.data().toString());
    assertThat(export.exit()).as(export.err()).isZero();
    return export.out().lines().filter(line -> line.contains("\"client\":\"ana\"")).count();
  }

  // Who may.

  private static String key(TestServer server) throws IOException {
    return requireNonNull(OperatorAccess.read(server.data())).token();
  }

  /// What a request gets, as it is sent here.
  ///
  /// @param fields header fields, each with its end of line
  private static String status(Socket socket, String host, String fields) throws IOException {
    return status(socket, host, ERASURES, ANA, fields);
  }

  private static String status(Socket socket, String host, String path, String body, String fields)
      throws IOException {
    socket
        .getOutputStream()
        .write(
            "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Type: application/json\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s"
                .formatted(path, host, fields, body.length(), body)
                .getBytes(StandardCharsets.ISO_8859_1));
    String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return all.substring(9, 12);
  }

  private String status(String fields) throws IOException {
    try (RawSocket socket = RawSocket.open(server)) {
      return status(socket.socket(), "127.0.0.1", fields);
    }
  }

  private static String bearer(String key) {
    return "Authorization: Bearer " + key + "\r\n";
  }

  @Test
  void withoutTheKeyNobodyErases() throws IOException {
    importAll();
    long before = entries();
    String key = key(server);
    assertThat(status("")).isEqualTo("401");
    assertThat(status("Cookie: token=" + key + "\r\n")).isEqualTo("401");
    assertThat(status(bearer(key.substring(1)))).isEqualTo("401");
    assertThat(status(bearer("x"))).isEqualTo("401");
    assertThat(entries()).isEqualTo(before).isPositive();
    assertThat(status(bearer(key))).isEqualTo("200");
    assertThat(entries()).isZero();
  }

  @Test
  void noPageOfAnotherOriginErasesEvenWithTheKey() throws IOException {
    importAll();
    long before = entries();
    String key = bearer(key(server));
    assertThat(status(key + "Origin: http://evil.example\r\n")).isEqualTo("403");
    assertThat(status(key + "Sec-Fetch-Site: cross-site\r\n")).isEqualTo("403");
    assertThat(entries()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"X-Forwarded-For: 127.0.0.1", "Via: 1.1 x", "Forwarded: for=127.0.0.1"})
  void theKeyIsOfNoUseThroughAProxy(String sign) throws IOException {
    try (TestServer open = open("127.0.0.1");
        RawSocket socket = RawSocket.open(open)) {
      assertThat(status(socket.socket(), "127.0.0.1", bearer(key(open)) + sign + "\r\n"))
          .isEqualTo("401");
    }
  }

  @Test
  void theKeyIsOfNoUseFromAnotherAddress() throws IOException {
    String address = NetworkAddress.own().getHostAddress();
    try (TestServer open = open("0.0.0.0")) {
      for (String claim : List.of("", "X-Real-IP: 127.0.0.1\r\n")) {
        try (Socket socket = new Socket(address, open.port())) {
          assertThat(status(socket, address, bearer(key(open)) + claim)).isEqualTo("401");
        }
      }
    }
  }

  private static TestServer open(String host) {
    return TestServer.start(Map.of(Setting.HOST, host, Setting.AUTH_OPEN_ON_NETWORK, "true"));
  }

  @Test
  void theKeyOfAnEarlierStartIsOfNoUse() throws IOException {
    String before = key(server);
    server = server.restarted();
    assertThat(status(bearer(before))).isEqualTo("401");
    assertThat(status(bearer(key(server)))).isEqualTo("200");
  }

  @Test
  void everyRouteOfTheOperatorNeedsAKey() throws IOException {
    List<String> routes =
        server.server().routes().stream()
            .filter(route -> route.contains(" /api/v1/admin/"))
            .toList();
    assertThat(routes).hasSizeGreaterThan(1);
    for (String route : routes) {
      String[] parts = route.split(" ", 2);
      String path = parts[1].replace("{", "").replace("}", "");
      try (RawSocket socket = RawSocket.open(server)) {
        socket.send(
            "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                .formatted(parts[0], path));
        assertThat(socket.head()).as(route).startsWith("HTTP/1.1 401 ");
      }
    }
  }

  private String apiKey(KeyScopes.Scope scope) {
    ApiKey.Made made =
        ApiKey.make(
            "key-" + scope.wireName(),
            new KeyScopes(Set.of(scope), KeyScopes.ALL_ROOMS),
            Instant.now(),
            null);
    assertThat(server.server().apiKeys().add(made.key())).isNull();
    return bearer(made.text());
  }

  @Test
  void anApiKeyForAdministrationErasesButReadsNoFileOfTheMachine() throws IOException {
    String admin = apiKey(KeyScopes.Scope.ADMIN);
    String send = apiKey(KeyScopes.Scope.SEND);
    assertThat(status(send)).isEqualTo("403");
    assertThat(status(admin)).isEqualTo("200");
    for (String key : List.of(admin, send)) {
      try (RawSocket socket = RawSocket.open(server)) {
        assertThat(status(socket.socket(), "127.0.0.1", IMPORTS, file(lines), key))
            .isEqualTo("403");
      }
    }
  }

  // What is answered.

  @Test
  void anErasureReportsItsProgressAndItsEnd() {
    importAll();
    try (OperatorApi.Lines erased = post(ERASURES, ANA)) {
      List<Json> all = erased.rest();
      assertThat(all.getFirst().text("type")).isEqualTo("progress");
      assertThat(all.getFirst().text("what")).isEqualTo("rows found");
      assertThat(all.getLast().text("type")).isEqualTo("erased");
    }
    try (OperatorApi.Lines again = post(ERASURES, ANA)) {
      assertThat(again.last().text("type")).isEqualTo("erased");
    }
  }

  @Test
  void anImportReportsWhatItHasAdded() {
    try (OperatorApi.Lines imported = post(IMPORTS, file(lines))) {
      assertThat(imported.connection().getContentType()).isEqualTo("application/x-ndjson");
      Json report = imported.last();
      assertThat(report.text("type")).isEqualTo("imported");
      assertThat(report.number("topics")).isEqualTo(5);
      assertThat(report.number("added")).isEqualTo(24);
    }
    try (OperatorApi.Lines again = post(IMPORTS, file(lines))) {
      assertThat(again.last().number("present")).isEqualTo(24);
    }
  }

  @Test
  void aFileThatCannotBeReadAndABadLineAreReported() throws IOException {
    Path bad = Files.writeString(temp.resolve("bad"), "{}\n");
    try (OperatorApi.Lines failed = post(IMPORTS, file(bad))) {
      assertThat(failed.last().text("type")).isEqualTo("failed");
    }
    try (OperatorApi.Lines failed = post(IMPORTS, file(temp.resolve("none")))) {
      Json last = failed.last();
      assertThat(last.text("detail")).contains("none");
      assertThat(last.truth("damaged")).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"client\":\"a b\"}",
        "{\"client\":\"~erased\"}",
        "{\"client\":7}",
        "{\"client\":\"ana\",\"file\":\"/x\"}"
      })
  void anInvalidErasureIsRefused(String json) {
    try (OperatorApi.Lines refused = post(ERASURES, json)) {
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.last().text("code")).isEqualTo("invalid");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "{\"file\":\"lines.jsonl\"}", "{\"file\":\"../x\"}", "{\"file\":\"\"}"})
  void anInvalidImportIsRefused(String json) {
    try (OperatorApi.Lines refused = post(IMPORTS, json)) {
      assertThat(refused.status()).isEqualTo(400);
    }
  }

  @Test
  void oneOperationIsInProgressAtATime() throws Exception {
    Path pipe = temp.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (OperatorApi.Lines importing = post(IMPORTS, file(pipe))) {
      try (OperatorApi.Lines refused = post(ERASURES, ANA)) {
        assertThat(refused.status()).isEqualTo(409);
        Json problem = refused.last();
        assertThat(problem.text("code")).isEqualTo("conflict");
        assertThat(problem.text("busy")).isEqualTo("import");
      }
      CommandRun command = run("erase", "ana", "--yes");
      assertThat(command.exit()).isEqualTo(2);
      assertThat(command.err())
          .contains("another file is being imported: run this again when that has finished");
      Files.write(pipe, Files.readAllBytes(lines));
      assertThat(importing.last().text("type")).isEqualTo("imported");
    }
  }

  // The commands.

  private CommandRun run(String... arguments) {
    return CommandRun.of(Map.of("TERTULIA_DATA", server.data().toString()), "", false, arguments);
  }

  @Test
  void theCommandsUseTheKeyByThemselves() throws IOException {
    CommandRun imported = run("import", lines.toString());
    assertThat(imported.exit()).as(imported.err()).isZero();
    assertThat(imported.err()).contains("added 24 entries");
    CommandRun erased = run("erase", "ana", "--yes");
    assertThat(erased.exit()).as(erased.err()).isZero();
    assertThat(erased.err()).contains("erased ana");
    CommandRun again = run("erase", "ana", "--yes");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("nothing is stored about ana");
    CommandRun bad = run("import", Files.writeString(temp.resolve("bad"), "{}\n").toString());
    assertThat(bad.exit()).isEqualTo(1);
    assertThat(bad.err()).contains("line 1: ");
    assertThat(imported.err() + erased.err() + again.err() + bad.err()).doesNotContain(key(server));
  }

  /// A server that does not answer yet, and one whose key is not yet written.
  @Test
  void aCommandWaitsForAServerThatStarts() throws Exception {
    OperatorAccess now = requireNonNull(OperatorAccess.read(server.data()));
    new OperatorAccess(now.server(), "an-earlier-key").write(server.data(), null);
    CompletableFuture<CommandRun> importing =
        CompletableFuture.supplyAsync(() -> run("import", lines.toString()));
    now.write(server.data(), null);
    assertThat(importing.get(60, TimeUnit.SECONDS).err()).contains("added 24 entries");
  }
}
