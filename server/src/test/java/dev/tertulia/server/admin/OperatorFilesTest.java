package dev.tertulia.server.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.testing.NetworkAddress;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The files by which the operator's commands find a running server.
final class OperatorFilesTest {
  @TempDir private Path temp;

  private static OperatorAccess access(TestServer server) throws IOException {
    return requireNonNull(OperatorAccess.read(server.data()));
  }

  private static int status(URI server) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) server.resolve("/health/ready").toURL().openConnection();
    try {
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }

  @Test
  void eachStartWritesAnotherKeyThatOnlyTheUserCanRead() throws IOException {
    TestServer before = TestServer.start();
    OperatorAccess first = access(before);
    try (TestServer server = before.restarted()) {
      OperatorAccess second = access(server);
      assertThat(second.token()).hasSizeGreaterThan(40).isNotEqualTo(first.token());
      assertThat(second.server()).isEqualTo(server.http(""));
      Path token = server.data().resolve("admin.token");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aServerThatStopsRemovesThem() throws IOException {
    Path data = temp.resolve("data");
    Files.createDirectory(data);
    TestServer server = TestServer.start(Map.of(Setting.DATA, data.toString()));
    assertThat(data.resolve("admin.token")).exists();
    server.server().close();
    assertThat(data.resolve("admin.token")).doesNotExist();
    assertThat(data.resolve("admin.url")).doesNotExist();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "127.0.0.2", "0.0.0.0", "::", "::1"})
  void theAddressIsThatOfTheListenerOnLoopback(String host) throws IOException {
    try (TestServer server = start(host)) {
      URI address = access(server).server();
      assertThat(address.getPort()).isEqualTo(server.port());
      assertThat(InetAddress.getByName(address.getHost()).isLoopbackAddress()).isTrue();
      assertThat(status(address)).isEqualTo(200);
    }
  }

  @Test
  void aServerThatDoesNotListenOnLoopbackDoesForTheOperator() throws IOException {
    try (TestServer server = start(NetworkAddress.own().getHostAddress())) {
      URI address = access(server).server();
      assertThat(address.getHost()).isEqualTo("127.0.0.1");
      assertThat(address.getPort()).isNotEqualTo(server.port());
      assertThat(status(address)).isEqualTo(200);
    }
  }

  private static TestServer start(String host) {
    return TestServer.start(Map.of(Setting.HOST, host, Setting.AUTH_OPEN_ON_NETWORK, "true"));
  }
}
