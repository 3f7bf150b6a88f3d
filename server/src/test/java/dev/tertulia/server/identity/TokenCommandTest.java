package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `./tertulia token`: the tokens that it makes, on a real server, and when it makes none.
final class TokenCommandTest {
  private static final Map<String, String> TOKEN_MODE =
      Map.of("TERTULIA_AUTH_MODE", "token", "TERTULIA_AUTH_HS256_SECRET", TestTokens.SECRET);

  @TempDir private Path temp;

  private static CommandRun run(String... arguments) {
    return CommandRun.of(TOKEN_MODE, "", false, arguments);
  }

  private static String made(String... arguments) {
    CommandRun run = run(arguments);
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\n");
    return run.out().strip();
  }

  private static String claims(String token) {
    byte[] payload = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
    return new String(payload, StandardCharsets.UTF_8);
  }

  @Test
  void aTokenLetsItsClientIn() {
    String token = made("token", "ana");
    try (TestServer server = TestServer.start(TestTokens.settings());
        Door door = Door.full(server, "/ws?token=" + token)) {
      door.say("{'type':'hello','ref':1}");
      assertThat(door.next("welcome").text("client")).isEqualTo("ana");
    }
  }

  @Test
  void aTokenSaysWhatWasAskedFor() {
    String before = Long.toString(Instant.now().getEpochSecond()).substring(0, 4);
    assertThat(
            claims(
                made(
                    "token",
                    "ana",
                    "--can",
                    "room:team.*:join",
                    "--can",
                    "broadcast",
                    "--name",
                    "Ána",
                    "--expires",
                    "30d")))
        .matches(
            "\\{\"sub\":\"ana\",\"iat\":"
                + before
                + "\\d+,\"exp\":\\d+,\"jti\":\"[0-9a-f-]{36}\",\"name\":\"Ána\",\"can\":\\[\"room:team\\.\\*:join\",\"broadcast\"]}");
    assertThat(claims(made("token", "ana"))).doesNotContain("can", "name", "iss", "aud");
  }

  @Test
  void aTokenFitsItsIssuer() throws IOException {
    Path file = temp.resolve("tertulia.yaml");
    Files.writeString(
        file,
        """
        auth:
          mode: token
          claims:
            can: permits
          issuers:
            - name: acme
              prefix: acme.
              audience: chat
              secrets: ["%s"]
            - name: other
              prefix: other.
              secrets: ["another secret of an issuer, 32 bytes and more"]
        """
            .formatted(TestTokens.SECRET));
    String[] asked = {"token", "acme.ana", "--can", "broadcast", "--config", file.toString()};
    CommandRun several = CommandRun.of(Map.of(), "", false, asked);
    assertThat(several.exit()).isEqualTo(2);
    assertThat(several.err()).contains("choose one with --issuer, such as --issuer acme");
    CommandRun made =
        CommandRun.of(
            Map.of(),
            "",
            false,
            "token",
            "acme.ana",
            "--can",
            "broadcast",
            "--issuer",
            "acme",
            "--config",
            file.toString());
    assertThat(made.exit()).as(made.err()).isZero();
    assertThat(claims(made.out().strip()))
        .contains(
            "\"sub\":\"ana\"",
            "\"iss\":\"acme\"",
            "\"aud\":\"chat\"",
            "\"permits\":[\"broadcast\"]");
    CommandRun foreign =
        CommandRun.of(
            Map.of(), "", false, "token", "ana", "--issuer", "acme", "--config", file.toString());
    assertThat(foreign.exit()).isEqualTo(2);
    assertThat(foreign.err()).contains("begin with 'acme.', such as acme.ana");
  }

  @Test
  void openModeNeedsNoTokens() {
    CommandRun open = CommandRun.of(Map.of(), "", false, "token", "ana");
    assertThat(open.exit()).isEqualTo(2);
    assertThat(open.out()).isEmpty();
    assertThat(open.err()).contains("set auth.mode to token, and auth.hs256_secret");
  }

  @Test
  void anIssuerWithPublicKeysSignsNothing() throws IOException {
    Path file = temp.resolve("tertulia.yaml");
    Files.writeString(
        file,
        """
        auth:
          mode: token
          issuers:
            - name: acme
              jwks_url: https://acme.example/keys
        """);
    CommandRun open =
        CommandRun.of(Map.of(), "", false, "token", "ana", "--config", file.toString());
    assertThat(open.exit()).as(open.err()).isEqualTo(2);
    assertThat(open.err()).contains("public keys, which verify tokens and can't sign any");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "token ~api,                    is not the id of a client",
        "token a/b,                     is not the id of a client",
        "token ana --can room:x,        'room:x' is not a permission",
        "token ana --expires soon,      must be a time of at least 1s",
        "token ana --expires 5ms,       must be a time of at least 1s",
        "token,                         Missing required parameter: 'CLIENT'",
      })
  void wrongUsageIsExplained(String command, String why) {
    CommandRun wrong = run(command.split(" "));
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains(why).doesNotContain(TestTokens.SECRET);
  }

  @Test
  void theHelpShowsExamples() {
    CommandRun help = run("token", "--help");
    assertThat(help.exit()).isZero();
    assertThat(help.out()).contains("Examples", "./tertulia token ana");
  }
}
