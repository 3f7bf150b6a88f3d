package dev.tertulia.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The section with which people sign in.
final class OidcConfigTest {
  private static final String SOUND =
      """
      public_url: https://chat.example.org
      auth:
        mode: token
        oidc:
          issuer: https://login.example.org/realms/main
          client_id: tertulia
      """;

  private static AuthConfig auth(String yaml) {
    return Config.from(new Settings().with(ConfigDocument.read(yaml, "t.yaml"))).auth();
  }

  private static List<String> problems(String yaml) {
    return catchThrowableOfType(ConfigException.class, () -> auth(yaml)).problems();
  }

  @Test
  void threeSettingsAreEnough() {
    assertThat(auth(SOUND).oidc())
        .isEqualTo(
            new OidcConfig(
                URI.create("https://login.example.org/realms/main"),
                "tertulia",
                null,
                "openid profile",
                "login.example.org",
                "",
                Duration.ofHours(12),
                URI.create("https://chat.example.org")));
  }

  @Test
  void everyOptionIsRead() {
    OidcConfig oidc =
        auth(SOUND
                + """
                    client_secret: '0123'
                    scopes: openid email
                    label: Example
                    prefix: people.
                    session: 7d
                """)
            .oidc();
    assertThat(oidc)
        .isEqualTo(
            new OidcConfig(
                URI.create("https://login.example.org/realms/main"),
                "tertulia",
                Secret.ofOther("0123"),
                "openid email",
                "Example",
                "people.",
                Duration.ofDays(7),
                URI.create("https://chat.example.org")));
    assertThat(String.valueOf(oidc)).doesNotContain("0123");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(problems("auth: {mode: token, oidc: {issuer: 'https://login.example.org'}}"))
        .anyMatch(problem -> problem.contains("auth.oidc.client_id"))
        .anyMatch(problem -> problem.contains("public_url"));
    assertThat(problems("auth: {oidc: {client_id: x}}"))
        .anyMatch(problem -> problem.contains("auth.oidc.issuer"));
  }

  @Test
  void whatIsNotValidIsNamed() {
    assertThat(problems(SOUND.replace("example.org\n", "example.org/\n")))
        .anyMatch(problem -> problem.contains("public_url"));
    assertThat(problems(SOUND + "    scopes: profile"))
        .anyMatch(problem -> problem.contains("openid"));
    assertThat(problems(SOUND + "    session: 31d")).anyMatch(problem -> problem.contains("30d"));
    assertThat(problems(SOUND + "    prefix: '~people.'"))
        .anyMatch(problem -> problem.contains("auth.oidc.prefix"));
  }

  @Test
  void twoPeopleAreNeverOneClient() {
    String other = "  issuers: [{name: other, secrets: [%s], prefix: '%s'}]\n";
    String secret = "s".repeat(32);
    assertThat(problems(SOUND + other.formatted(secret, "o.")))
        .anyMatch(problem -> problem.contains("auth.oidc.prefix"));
    assertThat(problems(SOUND + "    prefix: people.\n" + other.formatted(secret, "people.x.")))
        .anyMatch(problem -> problem.contains("auth.oidc.prefix"));
    assertThat(auth(SOUND + "    prefix: people.\n" + other.formatted(secret, "o.")).oidc())
        .isNotNull();
    assertThat(problems(SOUND + "  hs256_secret: " + secret))
        .anyMatch(problem -> problem.contains("auth.oidc.prefix"));
    assertThat(
            problems(
                SOUND
                    + "    prefix: people.\n"
                    + other
                        .formatted(secret, "o.")
                        .replace("name: other", "name: 'https://login.example.org/realms/main'")))
        .anyMatch(problem -> problem.contains("one of them only"));
  }
}
