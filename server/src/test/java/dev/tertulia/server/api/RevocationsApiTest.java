package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderOperations.Finding;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tokens are revoked over HTTP, and that lasts.
@Tag(ServerStore.PROTOCOL)
final class RevocationsApiTest {
  private static final String REVOCATIONS = "/api/v1/admin/revocations";

  @TempDir private Path folder;
  private TestServer server;
  private Api api;

  @BeforeEach
  void start() {
    server = TestServer.start(Map.of(Setting.LANGUAGE, "en", Setting.DATA, folder.toString()));
    api = new Api(server);
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  private List<Json> all() {
    return api.get(REVOCATIONS).ok(200).objects("revocations");
  }

  @Test
  void theReplySaysFromWhenNewTokensPass() {
    long before = System.currentTimeMillis();
    Json made = api.post(REVOCATIONS, "{\"client\":\"ana\"}").ok(201);
    long after = System.currentTimeMillis();

    assertThat(made.number("tokens_from") % 1_000).isZero();
    assertThat(made.number("tokens_from")).isBetween(before + 1, after + 1_000);
    assertThat(made.text("client")).isEqualTo("ana");
    assertThat(made.number("disconnected")).isZero();
    assertThat(all())
        .singleElement()
        .extracting(rule -> rule.text("id"))
        .isEqualTo(made.text("id"));
  }

  @Test
  void theConnectionsOfTheClientAreClosed() {
    try (TestClient ana = TestClient.connect(server, "ana");
        Talker phone = Talker.connect(server, "ana");
        TestClient bea = TestClient.connect(server, "bea")) {
      server.awaitConnections(3);
      phone.ask("{\"type\":\"ping\"}");

      Json made = api.post(REVOCATIONS, "{\"client\":\"ana\"}").ok(201);

      assertThat(made.number("disconnected")).isEqualTo(2);
      assertThat(ana.awaitClose()).contains("4500").contains("revoked");
      server.awaitConnections(1);
      bea.chat("Bea", "still here");
      // The others are also told that ana has left, before or after.
      assertThat(bea.next(frame -> frame.contains("Bea"))).contains("still here");
    }
  }

  @Test
  void oneTokenIsRevokedByItsIdAndIssuer() {
    Json made =
        api.post(
                REVOCATIONS,
                "{\"token_id\":\"t 1\",\"issuer\":\"https://id\",\"expires\":4000000000000}")
            .ok(201);

    assertThat(made.text("token_id")).isEqualTo("t 1");
    assertThat(made.text("issuer")).isEqualTo("https://id");
    assertThat(made.number("expires")).isEqualTo(4_000_000_000_000L);
    assertThat(made.has("tokens_from")).isFalse();
  }

  @Test
  void everythingBeforeAMomentIsRevoked() {
    assertThat(api.post(REVOCATIONS, "{\"issued_before\":1500}").ok(201).number("tokens_from"))
        .isEqualTo(2_000);
    long now = System.currentTimeMillis();
    assertThat(api.post(REVOCATIONS, "{\"issued_before\":\"now\"}").ok(201).number("tokens_from"))
        .isGreaterThan(now);
    // There is one such rule.
    assertThat(all()).hasSize(1);
  }

  @Test
  void aRevocationLastsOverARestartAndItsUndoingToo() {
    String ana = api.post(REVOCATIONS, "{\"client\":\"ana\"}").ok(201).text("id");
    Json bea = api.post(REVOCATIONS, "{\"token_id\":\"t\"}").ok(201);
    assertThat(api.send("DELETE", REVOCATIONS + "/" + ana, null).status()).isEqualTo(204);
    api.send("DELETE", REVOCATIONS + "/" + ana, null).problem(404, "not_found");
    stop();

    start();
    assertThat(all()).singleElement().extracting(rule -> rule.text("id")).isEqualTo(bea.text("id"));
  }

  @Test
  void aRepeatedRequestGetsTheFirstReply() {
    String[] key = {"Idempotency-Key", "k-1"};
    Json first = api.post(REVOCATIONS, "{\"client\":\"ana\"}", key).ok(201);
    Json second = api.post(REVOCATIONS, "{\"client\":\"ana\"}", key).ok(201);

    assertThat(second.text("id")).isEqualTo(first.text("id"));
    assertThat(second.number("tokens_from")).isEqualTo(first.number("tokens_from"));
    api.post(REVOCATIONS, "{\"client\":\"bea\"}", key).problem(409, "conflict");
  }

  @Test
  void theListHasPages() {
    for (String client : List.of("a", "b", "c")) {
      api.post(REVOCATIONS, "{\"client\":\"" + client + "\"}").ok(201);
    }
    Json page = api.get(REVOCATIONS + "?limit=2").ok(200);
    assertThat(page.objects("revocations"))
        .extracting(r -> r.text("client"))
        .containsExactly("a", "b");
    assertThat(page.truth("more")).isTrue();
    String last = page.objects("revocations").getLast().text("id");
    Json rest = api.get(REVOCATIONS + "?after=" + last).ok(200);
    assertThat(rest.objects("revocations")).extracting(r -> r.text("client")).containsExactly("c");
    assertThat(rest.truth("more")).isFalse();
  }

  /// A flipped bit doesn't stop the server; it is named.
  @Tag(ServerStore.ONLY_SQLITE)
  @Test
  void aDamagedRevocationIsFoundByTheCheck() throws SQLException {
    String id = api.post(REVOCATIONS, "{\"client\":\"ana\"}").ok(201).text("id");
    stop();
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + DataFolder.databaseIn(folder));
        Statement statement = database.createStatement()) {
      statement.executeUpdate("UPDATE revocation SET subject = 'anb'");
    }

    assertThat(Check.of(folder, Progress.NONE).findings())
        .extracting(Finding::what)
        .singleElement()
        .asString()
        .contains("'revocation'", id);
    start();
    assertThat(all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"client\":\"ana\",\"token_id\":\"t\"}",
        "{\"client\":\"ana\",\"issued_before\":\"now\"}",
        "{\"client\":\"~api\"}",
        "{\"client\":\"a b\"}",
        "{\"issuer\":\"https://id\"}",
        "{\"client\":\"ana\",\"issuer\":\"https://id\"}",
        "{\"token_id\":\"\"}",
        "{\"token_id\":7}",
        "{\"token_id\":\"a\\u0000\"}",
        "{\"issued_before\":-1}",
        "{\"issued_before\":\"yesterday\"}",
        "{\"issued_before\":1e300}",
        "{\"client\":\"ana\",\"expires\":1}",
        "{\"client\":\"ana\",\"tokens_from\":1}",
      })
  void aRequestThatIsNotValidRevokesNothing(String request) {
    api.post(REVOCATIONS, request).problem(400, "invalid");
    assertThat(all()).isEmpty();
  }
}
