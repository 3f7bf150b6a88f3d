package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `./tertulia key`, with and without a server.
final class KeyCommandsTest {
  @TempDir private Path temp;

  private static CommandRun run(Path data, String... arguments) {
    return CommandRun.of(Map.of("TERTULIA_DATA", data.toString()), "", false, arguments);
  }

  private static boolean accepts(TestServer server, String key) {
    return server
            .server()
            .apiKeys()
            .check(new Credentials.Key(key.strip()), Peer.at(InetAddress.getLoopbackAddress()))
        instanceof Authentication.Accepted;
  }

  private static String[] create(String name) {
    return ("key create "
            + name
            + " --scope send --scope notify --room team.* --room b --expires"
            + " 90d")
        .split(" ");
  }

  private static void requireListed(CommandRun listed, String name, String used) {
    assertThat(listed.exit()).as(listed.err()).isZero();
    assertThat(listed.out())
        .matches(
            name
                + "\t[0-9A-Za-z]{10}\tsend,notify\tteam\\.\\*,b\t20\\d\\d-\\S+Z\t20\\d\\d-\\S+Z\t"
                + used
                + "\n");
  }

  @Test
  void aRunningServerMakesListsAndRevokesThem() {
    try (TestServer server = TestServer.start(Map.of(Setting.LANGUAGE, "en"))) {
      CommandRun made = run(server.data(), create("ci"));
      assertThat(made.exit()).as(made.err()).isZero();
      assertThat(made.out()).matches("tk_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}\n");
      assertThat(made.err())
          .isEqualTo(
              "The key 'ci' (id %s) is shown only now: keep it secret.%n"
                  .formatted(made.out().substring(3, 13)));
      assertThat(accepts(server, made.out())).isTrue();
      requireListed(run(server.data(), "key", "list"), "ci", "20\\d\\d-\\S+Z");

      assertThat(run(server.data(), create("ci")))
          .isEqualTo(
              new CommandRun(
                  1,
                  "",
                  "tertulia: refused (status 409): There is a key with the name 'ci': revoke it, or"
                      + " choose another name.\n"));
      assertThat(run(server.data(), "key", "revoke", "ci"))
          .isEqualTo(new CommandRun(0, "", "The key 'ci' is revoked.\n"));
      assertThat(accepts(server, made.out())).isFalse();
      assertThat(run(server.data(), "key", "revoke", "ci").exit()).isEqualTo(1);
      assertThat(run(server.data(), "key", "list")).isEqualTo(new CommandRun(0, "", ""));
    }
  }

  @Test
  void theKeysOfTheConfigurationAreListed() {
    try (TestServer server = TestServer.start()) {
      ApiKey key =
          ApiKey.configured("backend", "x".repeat(32), KeyScopes.ALL, Instant.ofEpochMilli(1));
      server.server().apiKeys().configure(List.of(key));
      assertThat(run(server.data(), "key", "list").out())
          .isEqualTo(
              "backend\t-\tsend,notify,broadcast,read,metrics,admin\t*\tconfigured\tnever"
                  + "\tnever\n");
    }
  }

  @Test
  void withoutAServerTheDatabaseIsChanged() {
    Path data = temp.resolve("data");
    CommandRun made = run(data, create("ci"));
    assertThat(made.exit()).as(made.err()).isZero();
    requireListed(run(data, "key", "list"), "ci", "never");
    assertThat(run(data, create("ci")))
        .isEqualTo(
            new CommandRun(
                1, "", "tertulia: a key has the name 'ci': revoke it, or choose another name\n"));
    CommandRun gone = run(data, create("gone"));
    assertThat(run(data, "key", "revoke", "gone").exit()).isZero();
    assertThat(run(data, "key", "revoke", "gone").exit()).isEqualTo(1);
    try (TestServer server = TestServer.start(Map.of(Setting.DATA, data.toString()))) {
      assertThat(accepts(server, made.out())).isTrue();
      assertThat(accepts(server, gone.out())).isFalse();
    }
  }

  /// A server that was killed leaves its files behind, and another program may listen on its port.
  @Test
  void whatAKilledServerHasLeftIsPassedOver() throws IOException {
    Path data = temp.resolve("data");
    Files.createDirectories(data);
    try (TestServer another = TestServer.start()) {
      Files.writeString(data.resolve("admin.url"), "http://127.0.0.1:1\n");
      Files.writeString(data.resolve("admin.token"), "old\n");
      assertThat(run(data, create("ci")).exit()).isZero();
      assertThat(another.server().apiKeys().list()).isEmpty();
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsNamed() {
    Path data = temp.resolve("data");
    try (DataFolder held = DataFolder.open(data)) {
      assertThat(run(held.path(), "key", "list"))
          .isEqualTo(
              new CommandRun(
                  3,
                  "",
                  "tertulia: the server that uses the data folder %s does not answer: look at its log, or choose another folder with --data%n"
                      .formatted(data)));
    }
  }

  /// The operator's key goes to this machine only.
  @Test
  void nothingIsSentToAnotherMachine() throws IOException {
    Path data = temp.resolve("data");
    Files.createDirectories(data);
    Files.writeString(data.resolve("admin.url"), "http://192.0.2.1:8000\n");
    Files.writeString(data.resolve("admin.token"), "secret\n");
    CommandRun listed = run(data, "key", "list");
    assertThat(listed.exit()).isEqualTo(2);
    assertThat(listed.err()).contains("not on loopback").doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "key create ~x --scope send,                      can't be the name of a key",
        "key create ci --scope write,                     'write' is not a scope",
        "key create ci --scope send --room a/b,           'a/b' is not a pattern of rooms",
        "key create ci --scope send --expires soon,       must be a time such as 12h or 90d",
        "key create ci --scope send --expires 0d,         must be a time such as 12h or 90d",
        "key create ci,                                   Missing required option: '--scope=SCOPE'",
        "key create --scope send,                         Missing required parameter: 'NAME'",
      })
  void wrongUsageIsExplained(String command, String why) {
    CommandRun wrong = run(temp.resolve("data"), command.split(" "));
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.err()).contains(why);
    assertThat(wrong.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"key --help", "key create --help", "key list --help", "key revoke --help"})
  void theHelpShowsExamples(String command) {
    CommandRun help = run(temp.resolve("data"), command.split(" "));
    assertThat(help.exit()).isZero();
    assertThat(help.out()).contains("Examples", "./tertulia key ");
  }
}
