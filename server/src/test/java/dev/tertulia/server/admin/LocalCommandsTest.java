package dev.tertulia.server.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands that talk to a server find it by its data folder, and show it the operator's key if
/// it wants one.
final class LocalCommandsTest {
  @TempDir private Path temp;

  private static CommandRun run(Path data, String... arguments) {
    return CommandRun.of(Map.of("TERTULIA_DATA", data.toString()), "", false, arguments);
  }

  private static void assertDone(CommandRun run) {
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
  }

  @Test
  void aServerWithAccountsLetsItsUserIn() {
    try (TestServer server = TestServer.start(TestTokens.settings(Map.of()))) {
      assertDone(run(server.data(), "send", "lobby", "hola", "--client", "ci"));
      assertDone(run(server.data(), "notify", "ana", "hola"));
      assertDone(run(server.data(), "broadcast", "hola"));
      assertThat(run(server.data(), "inbox", "ana").out()).contains("hola");
      CommandRun tail = run(server.data(), "tail", "lobby", "--lines", "1", "--count", "1");
      assertDone(tail);
      assertThat(tail.out()).contains("hola");
    }
  }

  @Test
  void theKeyIsFoundForAnAddressToo() {
    try (TestServer server = TestServer.start(TestTokens.settings(Map.of()))) {
      String url = server.http("").toString();
      assertDone(run(server.data(), "send", "lobby", "hola", "--url", url));
      CommandRun other =
          run(
              server.data(),
              "send",
              "lobby",
              "hola",
              "--url",
              url.replace("127.0.0.1", "localhost"));
      assertThat(other.exit()).as("another name").isEqualTo(1);
      CommandRun elsewhere = run(temp, "send", "lobby", "hola", "--url", url);
      assertThat(elsewhere.exit()).as("another folder").isEqualTo(1);
      assertThat(elsewhere.err()).contains("refused (unauthorized)");
    }
  }

  @Test
  void aServerWithoutAccountsIsFoundToo() {
    try (TestServer server = TestServer.start()) {
      assertDone(run(server.data(), "send", "lobby", "hola"));
      assertDone(run(temp, "send", "lobby", "hola", "--data", server.data().toString()));
    }
  }

  /// Whoever listens where the server once did, or is named with `--url`, learns nothing.
  @Test
  void theKeyIsShownToNoOtherServer() throws IOException {
    List<String> shown = new CopyOnWriteArrayList<>();
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        exchange -> {
          shown.add(String.valueOf(exchange.getRequestHeaders().get("Authorization")));
          exchange.sendResponseHeaders(401, -1);
          exchange.close();
        });
    other.start();
    try (TestServer server = TestServer.start()) {
      String url = "http://127.0.0.1:" + other.getAddress().getPort();
      assertThat(run(server.data(), "send", "lobby", "hola", "--url", url).exit()).isEqualTo(1);
      assertThat(shown).containsExactly("null");
      OperatorAccess access = requireNonNull(OperatorAccess.read(server.data()));
      assertThat(access.server().toString()).isNotEqualTo(url);
    } finally {
      other.stop(0);
    }
  }
}
