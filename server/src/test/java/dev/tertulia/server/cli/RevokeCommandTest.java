package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.token.Revocation;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `./tertulia revoke`, by a running server.
final class RevokeCommandTest {
  @TempDir private Path temp;

  private static CommandRun run(Path data, String arguments) {
    return CommandRun.of(Map.of("TERTULIA_DATA", data.toString()), "", false, arguments.split(" "));
  }

  @Test
  void tokensAreRevokedListedAndAcceptedAgain() {
    try (TestServer server = TestServer.start(Map.of(Setting.LANGUAGE, "en"))) {
      CommandRun client = run(server.data(), "revoke client ana");
      assertThat(client.exit()).as(client.err()).isZero();
      assertThat(client.err())
          .matches(
              "Revoked\\. Connections closed: 0\\. Tokens issued from 20\\S+Z on are"
                  + " accepted\\.\n");
      assertThat(run(server.data(), "revoke token t-1 --issuer https://id").exit()).isZero();
      assertThat(run(server.data(), "revoke before 2026-01-01T00:00:00Z").exit()).isZero();

      List<Revocation> all = server.server().revocations().all();
      assertThat(all).hasSize(3);
      assertThat(run(server.data(), "revoke list").out().lines().map(line -> line.split("\t")))
          .extracting(line -> line[1] + " " + line[3])
          .containsExactly("client ana -", "token t-1 https://id", "all -");

      String id = client.out().strip();
      assertThat(run(server.data(), "revoke undo " + id))
          .isEqualTo(new CommandRun(0, "", "The revocation " + id + " is undone.\n"));
      assertThat(run(server.data(), "revoke undo " + id).exit()).isEqualTo(1);
      assertThat(server.server().revocations().all()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "revoke",
        "revoke client",
        "revoke list x",
        "revoke undo",
        "revoke everything ana",
        "revoke before",
        "revoke client a b"
      })
  void wrongUsageRevokesNothing(String arguments) {
    assertThat(run(temp, arguments).exit()).isEqualTo(2);
  }

  @Test
  void withoutAServerThatIsSaid() {
    CommandRun run = run(temp, "revoke client ana");
    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.err()).contains("no server answers", temp.toString());
  }
}
