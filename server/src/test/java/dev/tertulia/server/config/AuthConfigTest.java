package dev.tertulia.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tertulia.server.auth.Grants;
import dev.tertulia.server.auth.GroupGrants;
import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.KeyScopes.Scope;
import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.auth.token.ClaimNames;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AuthConfigTest {
  private static final String SECRET = "01234567890123456789012345678901";
  private static final String OTHER = "abcdefghijabcdefghijabcdefghijabcdef";

  @TempDir private Path folder;

  private static Settings settings(String yaml) {
    Settings settings = new Settings();
    ConfigDocument document = ConfigDocument.read(yaml.replace("SECRET", SECRET), "t.yaml");
    return settings.with(document);
  }

  private static AuthConfig auth(String yaml) {
    return Config.from(settings(yaml)).auth();
  }

  private static List<String> problems(String yaml) {
    return catchThrowableOfType(ConfigException.class, () -> auth(yaml)).problems();
  }

  @Test
  void threeVariablesAreAFirstDeployment() {
    AuthConfig auth =
        Config.from(
                Settings.fromEnvironment(
                    Map.of(
                        "TERTULIA_AUTH_MODE", "token",
                        "TERTULIA_AUTH_HS256_SECRET", SECRET,
                        "TERTULIA_API_KEYS", OTHER)))
            .auth();
    assertThat(auth.mode()).isEqualTo(AuthConfig.Mode.TOKEN);
    assertThat(auth.issuers()).containsExactly(IssuerConfig.ofSecret(Secret.of(SECRET)));
    assertThat(auth.keys())
        .containsExactly(
            new KeyConfig(
                "key1",
                Secret.of(OTHER),
                new KeyScopes(
                    Set.of(Scope.SEND, Scope.NOTIFY, Scope.BROADCAST, Scope.READ, Scope.METRICS),
                    KeyScopes.ALL_ROOMS)));
  }

  @Test
  void keysInShortAreSeparatedByCommasOrSpacesAndMayHaveNames() {
    String base64 = Base64.getEncoder().encodeToString(new byte[40]);
    List<KeyConfig> keys =
        Config.from(
                Settings.fromEnvironment(
                    Map.of(
                        "TERTULIA_API_KEYS", "shop=%s, %s  %s".formatted(SECRET, OTHER, base64))))
            .auth()
            .keys();
    assertThat(keys).extracting(KeyConfig::name).containsExactly("shop", "key2", "key3");
    assertThat(keys).extracting(key -> key.secret().text()).containsExactly(SECRET, OTHER, base64);
  }

  @Test
  void aKeyMayHaveScopesAndRooms() {
    assertThat(
            auth("auth: {keys: [{name: a, secret: SECRET, scopes: [send, admin], rooms: [x.*]}]}")
                .keys())
        .containsExactly(
            new KeyConfig(
                "a",
                Secret.of(SECRET),
                new KeyScopes(Set.of(Scope.SEND, Scope.ADMIN), List.of(new NamePattern("x.*")))));
  }

  @Test
  void everyOptionIsRead() {
    AuthConfig auth =
        auth(
            """
            auth:
              mode: token
              hs256_secret: SECRET
              clock_skew: 5m
              claims: {can: perms, name: nick, groups: realm_access.roles}
              cookie: session
              join_url: https://b.example/join
              join_secret: SECRET
              anonymous: ["room:lobby:join", broadcast]
            """);
    assertThat(auth.clockSkew()).isEqualTo(Duration.ofMinutes(5));
    assertThat(auth.claims()).isEqualTo(new ClaimNames("perms", "nick", "realm_access.roles"));
    assertThat(auth.cookie()).isEqualTo("session");
    assertThat(auth.join())
        .isEqualTo(new AuthConfig.Join(URI.create("https://b.example/join"), Secret.of(SECRET)));
    assertThat(auth.anonymous().all()).hasSize(2);
  }

  @Test
  void groupsAreNamedByTheOperatorAndHavePermissions() {
    AuthConfig auth =
        auth(
            """
            auth:
              mode: token
              hs256_secret: SECRET
              groups:
                /news/editors: ["room:news.*:send", broadcast]
                "*": "notify:ana, room:a:join"
                secretaries: [broadcast]
            """);
    assertThat(auth.groups())
        .isEqualTo(
            Map.of(
                "/news/editors", Grants.parse(List.of("room:news.*:send", "broadcast")),
                "*", Grants.parse(List.of("notify:ana", "room:a:join")),
                "secretaries", Grants.parse(List.of("broadcast"))));
  }

  @Test
  void groupsAreYamlInAVariable() {
    Config config =
        Config.from(
            Settings.fromEnvironment(
                Map.of(
                    "TERTULIA_AUTH_MODE", "token",
                    "TERTULIA_AUTH_HS256_SECRET", SECRET,
                    "TERTULIA_AUTH_GROUPS", "{\"staff\": [\"broadcast\"]}")));
    assertThat(config.auth().groups()).containsOnlyKeys("staff");
  }

  /// Nothing of a group is a secret, whatever its name.
  @Test
  void groupsAreShown() {
    Settings settings =
        settings("auth.groups: {secretaries: [broadcast], 'a group': ['notify:*']}");
    assertThat(Shown.all(settings))
        .filteredOn(shown -> shown.setting() == Setting.AUTH_GROUPS)
        .extracting(Shown::value)
        .containsExactly("{secretaries: [broadcast], \"a group\": [\"notify:*\"]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "staff: ['room:x:read']|auth.groups.staff (t.yaml:1:86) is 'room:x:read'",
        "staff: []|auth.groups.staff (t.yaml:1:85) gives nothing",
        "staff: |auth.groups.staff gives nothing",
        "staff: {a: b}|auth.groups.staff (t.yaml:1:85) is a mapping, but must be a list",
        "'': [broadcast]|is not a name of a group",
      })
  void aGroupThatCanNotBeMeantIsAMistake(String group, String problem) {
    assertThat(problems("auth: {mode: token, hs256_secret: SECRET, groups: {%s}}".formatted(group)))
        .anyMatch(found -> found.contains(problem));
  }

  @Test
  void groupsAreBounded() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i <= GroupGrants.MAX_GROUPS; i++) {
      many.append("g%s: [broadcast], ".formatted(i));
    }
    String all = "auth: {mode: token, hs256_secret: SECRET, groups: {%s}}";
    assertThat(problems(all.formatted(many)))
        .anyMatch(problem -> problem.contains("more than 1000 groups"));
    String permissions = "broadcast, ".repeat(GroupGrants.MAX_PERMISSIONS + 1);
    assertThat(problems(all.formatted("g: [" + permissions + "]")))
        .anyMatch(problem -> problem.contains("more than 100 permissions"));
    assertThat(problems(all.formatted("g".repeat(GroupGrants.MAX_NAME + 1) + ": [broadcast]")))
        .anyMatch(problem -> problem.contains("1 to 256 characters"));
    assertThat(problems("auth: {mode: token, hs256_secret: SECRET, groups: [broadcast]}"))
        .anyMatch(problem -> problem.contains("auth.groups (t.yaml:1:77) is a list"));
  }

  @Test
  void inOpenModeNobodyHasAGroup() {
    assertThat(problems("auth: {groups: {staff: [broadcast]}}"))
        .anyMatch(problem -> problem.contains("auth.groups") && problem.contains("'open'"));
  }

  @Test
  void inOpenModeNobodyIsAnonymous() {
    assertThat(problems("auth: {anonymous: ['room:lobby:join']}"))
        .anyMatch(problem -> problem.contains("auth.anonymous") && problem.contains("'open'"));
  }

  @Test
  void publicKeysAreTextOrFiles() throws IOException, GeneralSecurityException {
    PublicKey key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(key.getEncoded()));
    Path file = Files.writeString(folder.resolve("key.pem"), pem);
    AuthConfig auth =
        auth(
            """
            auth:
              mode: token
              issuers:
                - keys:
                  - %s
                  - |
                    %s
            """
                .formatted(file, pem.strip().replace("\n", "\n        ")));
    assertThat(auth.issuers().getFirst().keys()).containsExactly(key, key);
    assertThat(problems("auth: {mode: token, issuers: [{keys: [/none.pem]}]}").getFirst())
        .contains("auth.issuers.keys (t.yaml:1:39)", "/none.pem does not exist");
    Files.writeString(file, pem.replace("PUBLIC", "PRIVATE"));
    assertThat(problems("auth: {mode: token, issuers: [{keys: [%s]}]}".formatted(file)).getFirst())
        .contains("this is a private key");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: {name: a}, b: {name: b}                           | needs a 'prefix'",
        "a: {name: a, prefix: x.}, b: {name: b}               | needs a 'prefix'",
        "a: {name: a, prefix: x.}, b: {name: b, prefix: x.}   | two people could be one client",
        "a: {name: a, prefix: x.}, b: {name: b, prefix: x.y.} | two people could be one client",
        "a: {name: a, prefix: x.y.}, b: {name: b, prefix: x.} | two people could be one client",
        "a: {prefix: x.}, b: {name: b, prefix: y.}            | needs a 'name'",
        "a: {name: a, prefix: x.}, b: {name: a, prefix: y.}   | has the same name 'a'",
        "a: {name: a, prefix: ~x.}                            | must be the beginning of client"
            + " ids",
        "a: {name: a, prefix: 'x y'}                          | must be the beginning of client"
            + " ids",
        "a: {name: a, prefx: x.}                              | did you mean prefix?",
        "a: {name: a, jwks_url: 'https://a.example/k'}        | exactly one of",
        "a: {name: a, keys: [x]}                              | exactly one of",
      })
  void issuersThatCouldMakeTwoPeopleOneClientAreRefused(String issuers, String expected) {
    String list =
        issuers.replace("a: {", "{secrets: [SECRET], ").replace("b: {", "{secrets: [SECRET], ");
    assertThat(problems("auth: {mode: token, issuers: [" + list + "]}").toString())
        .contains(expected, "t.yaml:1:");
  }

  @Test
  void issuersWithDistinctPrefixesStandBesideEachOther() {
    assertThat(
            auth("""
            auth:
              mode: token
              issuers:
                - {name: a, secrets: [SECRET], prefix: a.}
                - {name: b, jwks_url: "https://b.example/keys", audience: t, prefix: b.}
            """)
                .issuers())
        .extracting(IssuerConfig::name, IssuerConfig::prefix, IssuerConfig::audience)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("a", "a.", null),
            org.assertj.core.groups.Tuple.tuple("b", "b.", "t"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{mode: token}                           | no issuer is configured",
        "{hs256_secret: SECRET}                  | but auth.mode is 'open'",
        "{mode: token, hs256_secret: short}      | auth.hs256_secret (t.yaml:1:35) is not long"
            + " enough",
        "{mode: token, hs256_secret: [SECRET]}   | must be a text",
        "{mode: token, issuers: [{secrets: [short]}]} | auth.issuers.secrets (t.yaml:1:42) is not"
            + " long",
        "{mode: token, hs256_secret: SECRET, issuers: [{name: a, secrets: [SECRET]}]} | an only"
            + " issuer",
        "{mode: some}                            | must be one of open, token",
        "{clock_skew: 6m}                        | at most 5m",
        "{cookie: 'a b'}                         | the name of a cookie",
        "{join_url: 'ftp://x', join_secret: SECRET} | an address of http or https",
        "{join_url: 'https://x.example'}         | auth.join_secret must be set too",
        "{join_secret: SECRET}                   | auth.join_url must be set too",
        "{anonymous: [fly]}                      | a list of permissions",
        "{keys: [{name: a}]}                     | must have a 'secret'",
        "{keys: [{secret: short}]}               | not long enough",
        "{keys: [{secret: 'SECRET.x'}]}          | which can't be sent as a key",
        "{keys: [{secret: SECRET, scopes: [all]}]} | must be one of send, notify",
        "{keys: [{secret: SECRET}, {secret: SECRET}]} | two keys with the same secret",
        "{keys: [{name: a, secret: SECRET}, {name: a, secret: SECRETx}]} | two keys with the name"
            + " 'a'",
      })
  void mistakesAreReportedByNameAndWithoutSecrets(String auth, String expected) {
    assertThat(problems("auth: " + auth).toString()).contains(expected).doesNotContain(SECRET);
  }

  @Test
  void secretsAreShownNowhere() {
    AuthConfig auth =
        auth(
            "{auth: {mode: token, hs256_secret: SECRET, keys: [{secret: "
                + OTHER
                + "}], join_url: 'https://b.example', join_secret: SECRET}}");
    assertThat(auth.toString()).contains("(secret)").doesNotContain(SECRET).doesNotContain(OTHER);
  }
}
