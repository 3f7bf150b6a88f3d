package dev.tertulia.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogfmtTest {
  private static String line(String value) {
    return Logfmt.of(new TreeMap<>(Map.of("a", 1, "b", value)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "ana|ana",
        "10.0.0.1|10.0.0.1",
        "::1|::1",
        "a b|\"a b\"",
        "a=b|\"a=b\"",
        "a\"b|\"a\\\"b\"",
        "a\\b|\"a\\\\b\"",
        "Ñandú 👍|\"Ñandú 👍\"",
        "''|\"\"",
      })
  void aValueThatIsNotPlainIsQuoted(String value, String written) {
    assertThat(line(value)).isEqualTo("a=1 b=" + written);
  }

  @Test
  void nothingEndsAValueOrTheLineOrTurnsTheText() {
    assertThat(line("x\" audit=operation key=root"))
        .isEqualTo("a=1 b=\"x\\\" audit=operation key=root\"");
    assertThat(line("a\nb\rc\td\0e\u001b[31m\u0085\u2028\u2029"))
        .isEqualTo("a=1 b=\"a\\nb\\rc\\td\\u{0}e\\u{1b}[31m\\u{85}\\u{2028}\\u{2029}\"");
    assertThat(line("\u202egnp.exe\u2066\u200f\ufeff\u00ad"))
        .isEqualTo("a=1 b=\"\\u{202e}gnp.exe\\u{2066}\\u{200f}\\u{feff}\\u{ad}\"");
    assertThat(line("\ud800")).isEqualTo("a=1 b=\"\\u{d800}\"");
  }

  /// Of any text there is one line, in which the value ends where it is written to end.
  @Test
  void anyTextIsOneValue() {
    RandomGenerator random = Seeded.print().random();
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(12); length > 0; length--) {
        text.appendCodePoint(random.nextInt(random.nextBoolean() ? 0x80 : 0x110000));
      }
      String written = line(text.toString());
      assertThat(written.chars()).noneMatch(Character::isISOControl);
      String value = written.substring("a=1 b=".length());
      if (value.startsWith("\"")) {
        String inner = value.substring(1, value.length() - 1);
        assertThat(inner.replace("\\\\", "").replace("\\\"", "")).doesNotContain("\"");
        assertThat(value).endsWith("\"");
      } else {
        assertThat(value).isEqualTo(text.toString()).doesNotContain(" ", "=", "\"").isNotEmpty();
      }
    }
  }
}
