package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.ConfigReference;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigCommandTest {
  private static final String SECRET = "zq9SECRETzq9SECRETzq9SECRETzq9SECRET";

  @TempDir private Path folder;

  private CommandRun run(String yaml, Map<String, String> environment, String... arguments)
      throws IOException {
    Path file = Files.writeString(folder.resolve("t.yaml"), yaml);
    String[] all = new String[arguments.length + 3];
    all[0] = "config";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[all.length - 2] = "--config";
    all[all.length - 1] = file.toString();
    return CommandRun.of(environment, "", false, all);
  }

  @Test
  void checkSaysThatAConfigurationIsValid() throws IOException {
    CommandRun run = run("port: 9000", Map.of(), "check");
    assertThat(run.exit()).isZero();
    assertThat(run.out()).isEqualTo("the configuration is valid\n");
  }

  @Test
  void checkReportsEveryProblem() throws IOException {
    CommandRun run = run("prot: 1\nlimits: {burst: x}\n", Map.of("TERTULIA_HOSTT", "a"), "check");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("tertulia: "))
        .anyMatch(line -> line.contains("t.yaml:1:1: unknown setting prot; did you mean port?"))
        .anyMatch(line -> line.contains("t.yaml:2:17) is 'x'"))
        .anyMatch(line -> line.contains("did you mean TERTULIA_HOST?"));
  }

  @Test
  void checkSaysWhatIsWrongWithADatabaseAndNeverItsPassword() throws IOException {
    String address = "postgresql://ana:" + SECRET + "@db.example/chat?sslmode=maybe";
    CommandRun run = run("database: " + address, Map.of(), "check");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains("database (", "t.yaml:1:11) is not valid: 'sslmode' must be")
        .doesNotContain(SECRET);
    CommandRun twice =
        run(
            "database: " + address.replace("maybe", "require"),
            Map.of("TERTULIA_DATABASE_PASSWORD", SECRET + "x"),
            "check");
    assertThat(twice.err()).contains("remove one of them").doesNotContain(SECRET);
    CommandRun alone = run("", Map.of("TERTULIA_DATABASE_PASSWORD", SECRET), "check");
    assertThat(alone.err())
        .contains("database_password (TERTULIA_DATABASE_PASSWORD)", "database must be set too")
        .doesNotContain(SECRET);
  }

  @Test
  void checkSaysWhatIsWrongWithRedis() throws IOException {
    CommandRun run =
        run(
            """
            database: postgresql://ana@db.example/chat
            redis: redis://ana:SECRET@cache.example
            redis_ca: /nowhere/ca.pem
            node: "a b"
            """
                .replace("SECRET", SECRET),
            Map.of(),
            "check");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains("t.yaml:2:8) is not valid: the address of Redis contains a password")
        .contains("t.yaml:3:11) is set, so redis must be set too, and begin with rediss")
        .contains("t.yaml:4:7) is not valid")
        .doesNotContain(SECRET);
    CommandRun unreadable =
        run(
            """
            database: postgresql://ana@db.example/chat
            redis: rediss://cache.example
            redis_ca: /nowhere/ca.pem
            """,
            Map.of(),
            "check");
    assertThat(unreadable.err()).contains("t.yaml:3:11) is not a file that can be read");
  }

  @Test
  void checkRefusesSeveralIssuersWithoutDistinctPrefixes() throws IOException {
    String two =
        "auth: {mode: token, issuers: [{name: a, secrets: [%s]}, {name: b, secrets: [%s]}]}"
            .formatted(SECRET, SECRET);
    CommandRun run = run(two, Map.of(), "check");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("needs a 'prefix'").doesNotContain(SECRET);
  }

  @Test
  void showPrintsEachSettingWithItsSourceAndHidesSecrets() throws IOException {
    CommandRun run =
        run(
            """
            auth:
              mode: token
              issuers: [{name: a, secrets: [SECRET]}]
              keys: [{name: k, secret: SECRET2, scopes: [send]}]
              join_url: https://b.example/x
            limits: {burst: 7}
            rooms: [{name: "*", keep: 9d}]
            database: postgresql://tertulia:SECRET@db.example:5433/chat?sslmode=require
            """
                .replace("SECRET", SECRET),
            Map.of("TERTULIA_AUTH_JOIN_SECRET", SECRET, "TERTULIA_PORT", "9000"),
            "show");
    assertThat(run.err()).isEmpty();
    String file = folder.resolve("t.yaml").toString();
    assertThat(run.out().lines())
        .hasSize(Setting.values().length)
        .contains(
            "port: 9000  # TERTULIA_PORT",
            "database: \"postgresql://tertulia:(secret)@db.example:5433/chat?sslmode=require\"  # "
                + file
                + ":8:11",
            "host: 127.0.0.1  # default",
            "limits.burst: 7  # " + file + ":6:17",
            "auth.join_secret: (secret)  # TERTULIA_AUTH_JOIN_SECRET",
            "auth.issuers: [{name: a, secrets: (secret)}]  # " + file + ":3:12",
            "auth.keys: [{name: k, secret: (secret), scopes: [send]}]  # " + file + ":4:9",
            "rooms: [{name: \"*\", keep: 9d}]  # " + file + ":7:8");
    assertThat(run.out()).doesNotContain("zq9");
  }

  /// What is shown is a configuration itself, except for its secrets.
  @Test
  void whatShowPrintsCanBeReadAgain() throws IOException {
    CommandRun shown =
        run(
            """
            origins: ["https://a.example:8443"]
            port: 5
            database: postgresql://a@[::1]:5433/chat
            """,
            Map.of(),
            "show");
    CommandRun again = run(shown.out(), Map.of(), "show");
    assertThat(again.err()).isEmpty();
    assertThat(again.out().lines().map(line -> line.replaceFirst("  # .*", "")))
        .containsExactlyElementsOf(
            shown.out().lines().map(line -> line.replaceFirst("  # .*", "")).toList());
  }

  @Test
  void showReportsProblemsInsteadOfValues() throws IOException {
    CommandRun run = run("prot: 1", Map.of(), "show");
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void referencePrintsThePage() {
    CommandRun run = CommandRun.of(Map.of(), "", false, "config", "reference");
    assertThat(run.exit()).isZero();
    assertThat(run.out()).isEqualTo(ConfigReference.markdown());
  }

  @Test
  void wrongUsageSaysWhatToDo() {
    assertThat(CommandRun.of(Map.of(), "", false, "config").err()).contains("config check");
    assertThat(CommandRun.of(Map.of(), "", false, "config", "chek").exit()).isEqualTo(2);
    assertThat(CommandRun.of(Map.of(), "", false, "serve", "--prot", "1").err())
        .contains("--prot", "did you mean --port?");
  }
}
