package dev.tertulia.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The sources of settings.
final class SettingsTest {
  private static final String SECRET = "0123456789012345678901234567890123456789";

  @TempDir private Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<String> problems(Settings settings) {
    return catchThrowableOfType(ConfigException.class, () -> Config.from(settings)).problems();
  }

  private static Config with(Map<String, String> environment) {
    return Config.from(Settings.fromEnvironment(environment));
  }

  @Test
  void optionsAreStrongerThanVariablesAndTheseThanTheFile() throws IOException {
    Path file = file("a.yaml", "port: 1\nhost: 127.0.0.2\nlanguage: en\n");
    Settings settings =
        Settings.load(Map.of("TERTULIA_PORT", "2", "TERTULIA_HOST", "127.0.0.3"), file);
    settings.set(Setting.PORT, "3");
    Config config = Config.from(settings);
    assertThat(config.port()).isEqualTo(3);
    assertThat(config.host()).isEqualTo("127.0.0.3");
    assertThat(config.language().toString()).isEqualTo("EN");
  }

  @Test
  void theDefaultFileIsReadIfItExistsAndNoOtherIsNamed() throws IOException {
    Path byDefault = file("default.yaml", "port: 1");
    Path other = file("other.yaml", "port: 2");
    assertThat(Config.from(Settings.load(Map.of(), null, byDefault)).port()).isEqualTo(1);
    assertThat(Config.from(Settings.load(Map.of(), other, byDefault)).port()).isEqualTo(2);
    assertThat(Config.from(Settings.load(Map.of(), null, folder.resolve("none"))).port())
        .isEqualTo(8000);
  }

  @Test
  void aFileThatIsNamedMustBeReadable() throws IOException {
    assertThat(problems(Settings.load(Map.of(), folder.resolve("none.yaml"))))
        .first()
        .asString()
        .contains("none.yaml does not exist");
    Path latin =
        Files.write(folder.resolve("l.yaml"), "host: ñ".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(problems(Settings.load(Map.of(), latin))).first().asString().contains("not UTF-8");
    Path large = file("large.yaml", "#".repeat(TextFile.MAX_BYTES + 1));
    assertThat(problems(Settings.load(Map.of(), large))).first().asString().contains("larger than");
    assertThat(problems(Settings.load(Map.of(), folder))).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n"})
  void theFileOfAVariableLosesOneFinalNewline(String end) throws IOException {
    Path file = file("secret", SECRET + end);
    Config config =
        with(
            Map.of(
                "TERTULIA_AUTH_MODE", "token", "TERTULIA_AUTH_HS256_SECRET_FILE", file.toString()));
    assertThat(config.auth().issuers().getFirst().secrets()).containsExactly(Secret.of(SECRET));
  }

  @Test
  void otherwiseASecretIsTakenVerbatim() throws IOException {
    String text = " \t" + SECRET + "\n\n# ñ\u0000 ";
    Path file = file("secret", text + "\n");
    Config config =
        with(
            Map.of(
                "TERTULIA_AUTH_MODE", "token", "TERTULIA_AUTH_HS256_SECRET_FILE", file.toString()));
    assertThat(config.auth().issuers().getFirst().secrets().getFirst().text()).isEqualTo(text);
    config = with(Map.of("TERTULIA_AUTH_MODE", "token", "TERTULIA_AUTH_HS256_SECRET", text));
    assertThat(config.auth().issuers().getFirst().secrets().getFirst().text()).isEqualTo(text);
    Path yaml = file("a.yaml", "auth: {mode: token, hs256_secret: %s}".formatted(SECRET));
    config = Config.from(Settings.load(Map.of(), yaml));
    assertThat(config.auth().issuers().getFirst().secrets().getFirst().text()).isEqualTo(SECRET);
  }

  @Test
  void anEmptyVariableIsUnset() throws IOException {
    Path file = file("a.yaml", "port: 5");
    Settings settings =
        Settings.load(
            Map.of(
                "TERTULIA_PORT", "",
                "TERTULIA_HOST_FILE", "",
                "TERTULIA_ROOMS", "",
                "TERTULIA_AUTH_HS256_SECRET", "",
                "TERTULIA_API_KEYS", ""),
            file);
    Config config = Config.from(settings);
    assertThat(config.port()).isEqualTo(5);
    assertThat(config.auth().issuers()).isEmpty();
    assertThat(config.auth().keys()).isEmpty();
  }

  @Test
  void aVariableAndItsFileExcludeEachOther() throws IOException {
    Path file = file("port", "1");
    Map<String, String> both = Map.of("TERTULIA_PORT", "2", "TERTULIA_PORT_FILE", file.toString());
    assertThat(problems(Settings.fromEnvironment(both)))
        .containsExactly("TERTULIA_PORT and TERTULIA_PORT_FILE are both set: remove one of them");
    assertThat(with(Map.of("TERTULIA_PORT", "", "TERTULIA_PORT_FILE", file.toString())).port())
        .isEqualTo(1);
    assertThat(problems(Settings.fromEnvironment(Map.of("TERTULIA_PORT_FILE", "/none/x"))))
        .containsExactly("TERTULIA_PORT_FILE: the file /none/x does not exist");
  }

  @Test
  void anUnknownVariableIsReportedWithTheNearestKnownOne() {
    assertThat(
            problems(
                Settings.fromEnvironment(
                    Map.of("TERTULIA_LIMITS_BRUST", "1", "TERTULIA_AUTH_HS256_SECRETS_FILE", "x"))))
        .containsExactly(
            "unknown setting TERTULIA_AUTH_HS256_SECRETS_FILE; did you mean"
                + " TERTULIA_AUTH_HS256_SECRET_FILE?",
            "unknown setting TERTULIA_LIMITS_BRUST; did you mean TERTULIA_LIMITS_BURST?");
  }

  @Test
  void listsOfMappingsAreYamlInAVariable() {
    Config config =
        with(Map.of("TERTULIA_ROOMS", "[{\"name\": \"team.*\", \"access\": \"members\"}]"));
    assertThat(config.rooms().of("team.a").access()).isEqualTo(RoomRule.Access.MEMBERS);
    assertThat(problems(Settings.fromEnvironment(Map.of("TERTULIA_ROOMS", "[{"))))
        .first()
        .asString()
        .startsWith("TERTULIA_ROOMS:1:3: not YAML");
  }

  @Test
  void allProblemsOfAllSourcesAreReported() throws IOException {
    Path file = file("a.yaml", "prot: 1\nlimits: {burst: 0}\nrooms: [{nam: a}]\n");
    Settings settings =
        Settings.load(Map.of("TERTULIA_HOSTT", "x", "TERTULIA_LANGUAGE", "fr"), file);
    settings.set(Setting.PORT, "x");
    String name = file.toString();
    assertThat(problems(settings))
        .containsExactlyInAnyOrder(
            name + ":1:1: unknown setting prot; did you mean port?",
            "unknown setting TERTULIA_HOSTT; did you mean TERTULIA_HOST?",
            "port (--port) is 'x', but must be a whole number from 0 to 65535",
            "language (TERTULIA_LANGUAGE) is 'fr', but must be one of es, en",
            "limits.burst (%s:2:17) is '0', but must be a whole number from 1 to 1000000"
                .formatted(name),
            name + ":3:10: unknown field 'nam' in rooms; did you mean name?",
            "rooms (%s:3:9): a rule must have a 'name', such as team.*".formatted(name));
  }
}
