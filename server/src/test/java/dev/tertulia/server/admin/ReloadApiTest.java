package dev.tertulia.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.config.ReloadOutcome;
import dev.tertulia.server.config.ReloadOutcome.Reloaded;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.OperatorApi;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Reloading over HTTP and by the command: who may, and what is answered.
final class ReloadApiTest {
  private static final String PATH = "/api/v1/admin/reload";

  private final AtomicInteger reloads = new AtomicInteger();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start(Map.of(Setting.LANGUAGE, "en"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void outcome(ReloadOutcome outcome) {
    server
        .server()
        .reloadBy(() -> {
          reloads.incrementAndGet();
          return outcome;
        });
  }

  private CommandRun reload(String... options) {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "reload";
    System.arraycopy(options, 0, arguments, 1, options.length);
    return CommandRun.of(Map.of("TERTULIA_DATA", server.data().toString()), "", false, arguments);
  }

  private String answer(String fields) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n%s\r\n"
              .formatted(PATH, fields));
      return socket.untilEnd();
    }
  }

  private String with(KeyScopes.Scope scope) {
    ApiKey.Made key =
        ApiKey.make(
            scope.wireName(),
            new KeyScopes(Set.of(scope), KeyScopes.ALL_ROOMS),
            Instant.now(),
            null);
    assertThat(server.server().apiKeys().add(key.key())).isNull();
    return answer("Authorization: Bearer " + key.text() + "\r\n");
  }

  @Test
  void theCommandPrintsWhatHasChangedAndWhatNeedsARestart() {
    outcome(
        new Reloaded(
            List.of(Setting.LIMITS_BURST, Setting.AUTH_KEYS),
            List.of(Setting.PORT, Setting.LANGUAGE)));
    CommandRun run = reload();
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .isEqualTo("changed: limits.burst, auth.keys\nneeds a restart: port, language\n");
    assertThat(reload("--json").out())
        .isEqualTo(
            "{\"changed\":[\"limits.burst\",\"auth.keys\"],\"restart\":[\"port\",\"language\"]}\n");
    outcome(new Reloaded(List.of(), List.of()));
    assertThat(reload().out()).isEqualTo("changed: nothing\n");
    assertThat(reloads).hasValue(3);
  }

  @Test
  void allMistakesAreNamed() {
    outcome(new ReloadOutcome.Refused(List.of("t.yaml:1: one\u001b[2J", "t.yaml:2: two")));
    CommandRun run = reload();
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .hasSize(3)
        .first()
        .asString()
        .startsWith("tertulia: refused (conflict): ")
        .contains("nothing has changed");
    assertThat(run.err()).contains("  t.yaml:1: one", "  t.yaml:2: two").doesNotContain("\u001b");
  }

  @Test
  void onlyAnOperatorMayReload() {
    outcome(new Reloaded(List.of(), List.of()));
    assertThat(answer("")).startsWith("HTTP/1.1 401 ");
    assertThat(answer("Authorization: Bearer wrong\r\n")).startsWith("HTTP/1.1 401 ");
    assertThat(reloads).hasValue(0);
    try (OperatorApi.Lines done = OperatorApi.post(server.data(), PATH, "")) {
      assertThat(done.status()).isEqualTo(200);
    }
    assertThat(reloads).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void aKeyNeedsTheScopeAdmin(KeyScopes.Scope scope) {
    outcome(new Reloaded(List.of(), List.of()));
    boolean may = scope == KeyScopes.Scope.ADMIN;
    assertThat(with(scope)).startsWith(may ? "HTTP/1.1 200 " : "HTTP/1.1 403 ");
    assertThat(reloads).hasValue(may ? 1 : 0);
  }

  @Test
  void aServerThatDoesNotKnowItsSourcesSaysSo() {
    CommandRun run = reload();
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("refused (unavailable)", "restart the server");
  }
}
