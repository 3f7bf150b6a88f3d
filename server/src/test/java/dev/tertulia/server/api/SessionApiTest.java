package dev.tertulia.server.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How the operator on the machine opens the operator's page in a browser.
final class SessionApiTest {
  private static final String CODES = "/api/v1/admin/codes";
  private static final String SESSION = "/api/v1/admin/session";
  private static final String OVERVIEW = "/api/v1/admin/overview";

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start(TestTokens.settings(Map.of(Setting.LANGUAGE, "en")));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Json ask(String method, String path, String key, String body, String more, int status) {
    try (RawSocket socket = RawSocket.open(server)) {
      String bearer = key.isEmpty() ? "" : "Authorization: Bearer " + key + "\r\n";
      String content =
          body.isEmpty()
              ? ""
              : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
      socket.send(
          "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n%s%s%s\r\n%s"
              .formatted(method, path, server.port(), bearer, content, more, body));
      String answer = socket.untilEnd();
      assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
      String json = answer.substring(answer.indexOf("\r\n\r\n") + 4);
      return Json.parse(json.isEmpty() ? "{}" : json);
    }
  }

  private String operatorKey() throws IOException {
    return requireNonNull(OperatorAccess.read(server.data())).token();
  }

  private String code() throws IOException {
    return ask("POST", CODES, operatorKey(), "", "Content-Length: 0\r\n", 201).text("code");
  }

  private Json open(String code, String more, int status) {
    return ask("POST", "/admin/session", "", "{\"code\":\"" + code + "\"}", more, status);
  }

  @Test
  void aCodeOpensOneSession() throws IOException {
    String code = code();
    Json session = open(code, "", 201);
    String key = session.text("key");
    assertThat(key).matches("[\\w-]{43}").isNotEqualTo(operatorKey()).isNotEqualTo(code);
    assertThat(session.number("expires")).isGreaterThan(System.currentTimeMillis());
    ask("GET", OVERVIEW, key, "", "", 200);
    assertThat(open(code, "", 401).text("detail")).contains("./tertulia admin");
    assertThat(open("x", "", 401).text("code")).isEqualTo("unauthorized");
    ask("GET", OVERVIEW, code, "", "", 401);
  }

  @Test
  void aSessionEndsWhenItIsLeft() throws IOException {
    String key = open(code(), "", 201).text("key");
    String other = open(code(), "", 201).text("key");
    ask("DELETE", SESSION, key, "", "", 204);
    ask("GET", OVERVIEW, key, "", "", 401);
    ask("GET", OVERVIEW, other, "", "", 200);
    ask("DELETE", SESSION, operatorKey(), "", "", 204);
    ask("GET", OVERVIEW, operatorKey(), "", "", 200);
  }

  @Test
  void aSessionIsForTheMachine() throws IOException {
    String proxied = "X-Forwarded-For: 192.0.2.1\r\n";
    String code = code();
    assertThat(open(code, proxied, 403).text("detail")).contains("scope admin");
    String key = open(code, "", 201).text("key");
    ask("GET", OVERVIEW, key, "", proxied, 401);
  }

  @Test
  void onlyTheOperatorsOwnKeyMakesCodes() throws IOException {
    String session = open(code(), "", 201).text("key");
    ApiKey.Made admin = ApiKey.make("k", KeyScopes.ALL, Instant.now(), null);
    assertThat(server.server().apiKeys().add(admin.key())).isNull();
    String nothing = "Content-Length: 0\r\n";
    ask("POST", CODES, session, "", nothing, 403);
    ask("POST", CODES, admin.text(), "", nothing, 403);
    ask("POST", CODES, TestTokens.of("ana"), "", nothing, 403);
    ask("POST", CODES, "", "", nothing, 401);
  }

  @Test
  void sessionsEndWithTheServer() throws IOException {
    String key = open(code(), "", 201).text("key");
    String code = code();
    server = server.restarted();
    ask("GET", OVERVIEW, key, "", "", 401);
    open(code, "", 401);
  }

  private static CommandRun command(String folder) {
    return CommandRun.of(Map.of(), "", /* terminal= */ false, "admin", "--data", folder);
  }

  @Test
  void theCommandPrintsAnAddressWithACode() {
    CommandRun run = command(server.data().toString());
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .matches("http://127\\.0\\.0\\.1:" + server.port() + "/admin#code=[\\w-]{43}\\n");
    assertThat(run.err()).contains("once", "two minutes");
    String code = run.out().strip().replaceFirst(".*=", "");
    open(code, "", 201);
    CommandRun none = command(server.data() + "-none");
    assertThat(none.exit()).isNotZero();
  }
}
