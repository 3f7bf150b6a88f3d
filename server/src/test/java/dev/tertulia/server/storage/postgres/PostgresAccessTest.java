package dev.tertulia.server.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is let in, and by what: a PostgreSQL with TLS, and a user with a password.
final class PostgresAccessTest {
  private static final TestCertificate CERTIFICATE = TestCertificate.of("postgres");
  private static final String PASSWORD = "pass:w@rd/ñ";

  @TempDir private static Path folder;

  @SuppressWarnings("NullAway.Init") // Set before the tests.
  private static Postgres postgres;

  @SuppressWarnings("NullAway.Init") // As above.
  private static String url;

  @BeforeAll
  static void start() throws IOException {
    postgres =
        Postgres.start(
            Map.of(
                "server.crt",
                CERTIFICATE.certificatePem(),
                "server.key",
                CERTIFICATE.keyPem(),
                "pg_hba.conf",
                "host all tester all trust\nhostssl all chat all scram-sha-256\n"),
            "ssl=on");
    String owned = postgres.newDatabase();
    Postgres.ask(owned, "CREATE ROLE chat LOGIN PASSWORD '%s'".formatted(PASSWORD));
    String name = owned.substring(owned.lastIndexOf('/') + 1);
    Postgres.ask(owned, "GRANT CREATE ON DATABASE %s TO chat".formatted(name));
    url = owned.replace("tester@", "chat@");
    Files.writeString(folder.resolve("ca.pem"), CERTIFICATE.certificatePem());
    Files.writeString(folder.resolve("other.pem"), TestCertificate.of("other").certificatePem());
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  private static PostgresAddress address(String parameters, @Nullable String password) {
    return PostgresAddress.of(url + parameters.formatted(folder), password);
  }

  @Test
  void aServerWhoseCertificateIsTrustedIsUsedWithTls() throws SQLException {
    try (PostgresDatabase database =
            PostgresDatabase.open(address("?sslmode=verify-full&sslrootcert=%s/ca.pem", PASSWORD));
        Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
      assertThat(result.next()).isTrue();
      assertThat(result.getBoolean(1)).isTrue();
    }
  }

  @Test
  void aCertificateThatIsNotTrustedIsRefused() {
    for (String parameters :
        new String[] {"?sslmode=verify-full", "?sslmode=verify-ca&sslrootcert=%s/other.pem"}) {
      assertThatThrownBy(() -> PostgresDatabase.open(address(parameters, PASSWORD)))
          .as(parameters)
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining("its certificate is not trusted")
          .hasMessageNotContaining(PASSWORD);
    }
  }

  @Test
  void aWrongPasswordIsRefusedByName() {
    assertThatThrownBy(() -> PostgresDatabase.open(address("?sslmode=require", "wrong")))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("its server refuses the user or the password");
    assertThatThrownBy(() -> PostgresDatabase.open(address("?sslmode=require", null)))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("its server rejects the connection")
        .hasMessageContaining("no password");
  }

  @Test
  void aServerThatWantsTlsIsNotUsedWithout() {
    assertThatThrownBy(() -> PostgresDatabase.open(address("?sslmode=disable", PASSWORD)))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("its server refuses the user or the password");
  }
}
