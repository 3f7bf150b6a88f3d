package dev.tertulia.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The text of configuration files.
final class ConfigDocumentTest {
  private static final String FILE = "t.yaml";

  private static List<String> problems(String text) {
    return ConfigDocument.read(text, FILE).problems();
  }

  private static String text(String document, Setting setting) {
    ConfigDocument read = ConfigDocument.read(document, FILE);
    assertThat(read.problems()).isEmpty();
    Node value = Objects.requireNonNull(read.values().get(setting));
    return ((Node.Scalar) value).text();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0123",
        "0x1F",
        "0o17",
        "1e3",
        "1_000",
        "yes",
        "no",
        "on",
        "true",
        "12:30:45",
        "2026-11-29",
        ".inf",
        "-0",
        "1.50",
        "=",
        "<<",
        "a#b",
        "a:b"
      })
  void aScalarIsTheTextThatWasWritten(String value) {
    assertThat(text("auth.hs256_secret: " + value, Setting.AUTH_HS256_SECRET)).isEqualTo(value);
    assertThat(text("auth: {hs256_secret: '" + value + "'}", Setting.AUTH_HS256_SECRET))
        .isEqualTo(value);
  }

  @Test
  void spacesWithinQuotesAndLinesOfABlockAreKept() {
    assertThat(text("host: ' a  b '", Setting.HOST)).isEqualTo(" a  b ");
    assertThat(text("host: |\n  a\n  b\n", Setting.HOST)).isEqualTo("a\nb\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"host:", "host: ''", "host: ~", "host: null", "", "# nothing", "limits:"})
  void nothingMeansUnset(String document) {
    ConfigDocument read = ConfigDocument.read(document, FILE);
    assertThat(read.problems()).isEmpty();
    Node host = read.values().get(Setting.HOST);
    assertThat(new Value("host", host, "x", false, List.of()).isSet()).isFalse();
  }

  @Test
  void aNameWithDotsMayBeAKeyOrMappings() {
    for (String document :
        List.of(
            "limits.burst: 5",
            "limits: {burst: 5}",
            "limits:\n  burst: 5\n",
            "auth: {claims.can: x}\nlimits: {burst: 5}")) {
      assertThat(text(document, Setting.LIMITS_BURST)).isEqualTo("5");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prot: 1            | t.yaml:1:1: unknown setting prot; did you mean port?",
        "limits: {brust: 5} | t.yaml:1:10: unknown setting limits.brust; did you mean"
            + " limits.burst?",
        "limit: {burst: 5}  | t.yaml:1:1: unknown setting limit; did you mean limits?",
        "auth: {claim: {}}  | t.yaml:1:8: unknown setting auth.claim; did you mean auth.claims?",
        "xyzzy: 1           | t.yaml:1:1: unknown setting xyzzy",
        "limits: 5          | t.yaml:1:9: limits must be a mapping of names to values, not a text",
        "limits: [burst]    | t.yaml:1:9: limits must be a mapping of names to values, not a list",
        "[a]                | t.yaml:1:1: the file must be a mapping of names to values, not a"
            + " list",
        "a                  | t.yaml:1:1: the file must be a mapping of names to values, not a"
            + " text",
        "{port: 1, port: 2} | t.yaml:1:11: 'port' is there twice, first at t.yaml:1:2",
        "{limits: {burst: 1}, limits.burst: 2} | limits.burst is there twice, first at t.yaml:1:18",
        "port: &a 1         | t.yaml:1:7: anchors are not allowed",
        "port: *a           | t.yaml:1:7: aliases are not allowed",
        "port: !!int 1      | t.yaml:1:7: tags are not allowed",
        "port: !include x   | t.yaml:1:7: tags are not allowed",
        "? [a]              | t.yaml:1:3: a key must be a text",
        "port: [1           | t.yaml:1:9: not YAML",
        "port: 'a           | not YAML",
        "port: 1: 2         | t.yaml:1:8: not YAML: mapping values are not allowed here",
      })
  void aMistakeIsReportedWithItsPlace(String document, String expected) {
    assertThat(problems(document)).hasSize(1);
    assertThat(problems(document).getFirst()).contains(expected);
  }

  @Test
  void linesAndColumnsCountFromOne() {
    assertThat(problems("host: a\n\nlimits:\n  burst: 1\n  brust: 1\n").getFirst())
        .startsWith("t.yaml:5:3: ");
    assertThat(problems("host: a\n\tport: 1\n").getFirst()).startsWith("t.yaml:2:1: ");
    assertThat(problems("host: a\nport: \u0007\n").getFirst())
        .isEqualTo("t.yaml:2:7: contains the character U+0007, which YAML does not allow");
  }

  @Test
  void severalDocumentsAreRefused() {
    assertThat(problems("port: 1\n---\nport: 2\n")).first().asString().contains("second document");
  }

  @Test
  void everyBoundHolds() {
    assertThat(problems("[".repeat(200_000))).first().asString().contains("nested deeper than 16");
    assertThat(problems("[".repeat(500) + "]".repeat(500)))
        .first()
        .asString()
        .contains("nested deeper than 16");
    assertThat(problems("rooms: [" + "a,".repeat(200_000) + "]"))
        .first()
        .asString()
        .contains("more than 100000 values");
    assertThat(problems("#".repeat(YamlReader.MAX_CHARACTERS + 1)))
        .first()
        .asString()
        .contains("at most 1048576");
    String bomb = "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nrooms: [*b,*b,*b,*b]\n";
    assertThat(problems(bomb)).hasSize(1);
  }

  @Test
  void allProblemsAreReportedAndTheOtherValuesCount() {
    ConfigDocument read = ConfigDocument.read("prot: 1\nlimits: {brust: 2}\nhost: a\n", FILE);
    assertThat(read.problems()).hasSize(2);
    assertThat(read.values()).containsOnlyKeys(Setting.HOST);
  }

  /// Mistakes around a secret, none of which may put it into a message.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "auth: {hs256_secret: '%s}",
        "auth: {hs256_secret: \"%s\\q\"}",
        "auth: {hs256_secret: %s: x}",
        "auth: {hs256_secret: !%s! x}",
        "auth: {hs256_secret: &%s x}",
        "auth: {hs256_secret: *%s}",
        "auth: {hs256_secret: @%s}",
        "auth: {hs256_secret: %s, hs256_secret: %s}",
        "auth: {hs256_secret: [%s}",
        "auth:\n  hs256_secret: %s\n bad",
        "auth:\n  hs256_secret: |\n  %s\n",
        "%%%s\n---\nhost: a",
        "%%TAG !x! %s\n---\nhost: a",
        "auth: {hs256_secret: \u0007%s}",
      })
  void noMessageContainsASecret(String document) {
    String secret = "zq9SECRETzq9SECRETzq9SECRETzq9";
    assertThat(problems(document.replace("%s", secret).replace("%%", "%")).toString())
        .doesNotContain("zq9")
        .doesNotContain("SECRET");
  }

  /// Mutations of a document: every text has an outcome.
  @Test
  void anyTextHasAnOutcome() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String sample =
        """
        %YAML 1.2
        ---
        host: 0.0.0.0
        auth: {mode: token, issuers: [{name: a, secrets: ['x', "\\u00e9"], prefix: "a."}]}
        rooms:
          - name: team.*
            keep: 90d   # a comment
        origins: >
          folded
        """;
    String spice = "&*!|>'\"%@`{}[],:?-#\t\n\r\u0000\u0085\u2028\ufeff\ud83d\udca9\\~<=0 ";
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder(sample);
      for (int edits = 1 + random.nextInt(4); edits > 0 && !text.isEmpty(); edits--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.insert(at, spice.charAt(random.nextInt(spice.length())));
          case 1 -> text.deleteCharAt(at);
          default ->
              text.replace(
                  at,
                  Math.min(text.length(), at + random.nextInt(9)),
                  "" + spice.charAt(random.nextInt(spice.length())));
        }
      }
      try {
        assertThat(ConfigDocument.read(text.toString(), FILE)).isNotNull();
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ":\n" + text, e);
      }
    }
  }
}
