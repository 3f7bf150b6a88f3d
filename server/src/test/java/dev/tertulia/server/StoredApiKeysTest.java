package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.KeyScopes.Scope;
import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.auth.key.ApiKeys;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderOperations.Finding;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.admin.Backup;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.admin.Export;
import dev.tertulia.server.storage.admin.Restore;
import dev.tertulia.server.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// API keys in the database of a server.
final class StoredApiKeysTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

  @TempDir private Path temp;

  private static ApiKey.Made make(String name) {
    KeyScopes scopes =
        new KeyScopes(
            Set.of(Scope.SEND, Scope.ADMIN),
            List.of(new NamePattern("team.*"), new NamePattern("a_*")));
    return ApiKey.make(name, scopes, NOW, NOW.plusSeconds(1_000_000_000));
  }

  private static ApiKey.Made add(TestServer server, String name) {
    ApiKey.Made made = make(name);
    assertThat(server.server().apiKeys().add(made.key())).isNull();
    return made;
  }

  private static boolean accepts(ApiKeys keys, ApiKey.Made made) {
    return keys.check(new Credentials.Key(made.text()), Peer.at(LOOPBACK))
        instanceof Authentication.Accepted;
  }

  private static String ask(Path folder, String sql) {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + DataFolder.databaseIn(folder));
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return String.valueOf(result.getObject(1));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static void change(Path folder, String sql) {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + DataFolder.databaseIn(folder));
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isEqualTo(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aKeyOutlastsTheServerAndARevokedOneDoesNot() {
    TestServer first = TestServer.start();
    ApiKey.Made kept = add(first, "kept");
    ApiKey.Made gone = add(first, "gone");
    assertThat(first.server().apiKeys().revoke("gone")).isNotNull();
    try (TestServer second = first.restarted()) {
      ApiKeys keys = second.server().apiKeys();
      assertThat(accepts(keys, kept)).isTrue();
      assertThat(accepts(keys, gone)).isFalse();
      ApiKey stored = keys.list().getFirst().key();
      assertThat(stored.name()).isEqualTo("kept");
      assertThat(stored.id()).isEqualTo(kept.key().id());
      assertThat(stored.scopes()).isEqualTo(kept.key().scopes());
      assertThat(stored.created()).isEqualTo(NOW);
      assertThat(stored.expiry()).isEqualTo(kept.key().expiry());
    }
  }

  @Test
  void theLastUseOutlastsTheServer() {
    TestServer first = TestServer.start();
    ApiKey.Made made = add(first, "deploy");
    assertThat(accepts(first.server().apiKeys(), made)).isTrue();
    Instant used = first.server().apiKeys().list().getFirst().key().used();
    assertThat(used).isNotNull();
    try (TestServer second = first.restarted()) {
      assertThat(second.server().apiKeys().list().getFirst().key().used()).isEqualTo(used);
    }
  }

  @Test
  void neitherTheTextNorTheSecretIsInTheFolder() throws IOException {
    try (TestServer server = TestServer.start()) {
      String text = add(server, "deploy").text();
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> ask(server.data(), "SELECT count(*) FROM api_key").equals("1"));
      try (Stream<Path> files = Files.list(server.data())) {
        for (Path file : files.toList()) {
          String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
          assertThat(bytes.contains(text.substring(14, 50))).as("%s has it", file).isFalse();
        }
      }
    }
  }

  @Test
  void aDamagedKeyIsFoundByACheckAndIsNotAccepted() {
    TestServer first = TestServer.start();
    ApiKey.Made sound = add(first, "sound");
    ApiKey.Made damaged = add(first, "damaged");
    change(first.data(), "UPDATE api_key SET scopes = 'admin' WHERE name = 'damaged'");
    assertThat(Check.of(first.data(), Progress.NONE).findings())
        .extracting(Finding::place)
        .containsExactly("the API keys");
    try (TestServer second = first.restarted()) {
      assertThat(accepts(second.server().apiKeys(), damaged)).isFalse();
      assertThat(accepts(second.server().apiKeys(), sound)).isTrue();
    }
  }

  @Test
  void keysAreInABackupAndNotInAnExport() throws IOException {
    try (TestServer server = TestServer.start()) {
      ApiKey.Made made = add(server, "deploy");
      Path file = temp.resolve("backup.sqlite");
      Backup.make(server.data(), file, Progress.NONE);
      Restore.into(temp.resolve("data"), file, false, InstantSource.system(), Progress.NONE);
      assertThat(ask(temp.resolve("data"), "SELECT id FROM api_key")).isEqualTo(made.key().id());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Export.of(server.data(), out, finding -> {}, false, Progress.NONE);
      assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain(made.key().id());
    }
  }

  /// Before the table there were databases without it.
  @Test
  void aDatabaseWithoutTheTableGetsIt() throws IOException {
    TestServer first = TestServer.start();
    first.server().close();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + DataFolder.databaseIn(first.data()));
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("DELETE FROM flyway_schema_history WHERE version <> '1'");
      statement.executeUpdate("DROP TABLE api_key");
      statement.executeUpdate("DROP TABLE revocation");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    try (TestServer second = first.restarted()) {
      assertThat(accepts(second.server().apiKeys(), add(second, "deploy"))).isTrue();
    }
  }
}
