package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.logging.Printable;
import dev.tertulia.server.testing.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PrintableTest {
  @ParameterizedTest
  @CsvSource({
    "a\u001b[31mb,            a\\u001b[31mb",
    "a\u009b31mb,             a\\u009b31mb",
    "a\u007fb,                a\\u007fb",
    "a\u202eb\u2066c,         a\\u202eb\\u2066c",
    "a\u200e\u061cb,          a\\u200e\\u061cb",
    "ad\u200bmin,             ad\\u200bmin",
    "ad\u00admin,             ad\\u00admin",
    "ad\u3164min,             ad\\u3164min",
    "ad\u034fmin,             ad\\u034fmin",
    "a\u2028b,                a\\u2028b",
    "a\ufeffb,                a\\ufeffb",
    "a\ufe0fb,                a\\ufe0fb",
    "ad\u200dmin,             ad\\u200dmin",
    "1\u200d2,                1\\u200d2",
    "a\ud800b,                a\\ud800b",
    "a\udb40\udc41b,          a\\udb40\\udc41b",
  })
  void controlAndInvisibleCharactersAreEscaped(String text, String printed) {
    assertThat(Printable.line(text)).isEqualTo(printed);
  }

  @ParameterizedTest
  @CsvSource({
    "señora, señora",
    "日本語, 日本語",
    "👨\u200d👩\u200d👧, 👨\u200d👩\u200d👧",
    "❤\ufe0f\u200d🔥, ❤\ufe0f\u200d🔥",
    "می\u200cخواهم, می\u200cخواهم",
    "क्\u200dष, क्\u200dष",
  })
  void ordinaryTextIsUnchanged(String text, String printed) {
    assertThat(Printable.line(text)).isEqualTo(printed);
  }

  @Test
  void lineBreaksAreEscaped() {
    assertThat(Printable.line("a\r\nb\tc")).isEqualTo("a  b c");
  }

  @Test
  void escapedJsonIsTheSameJson() throws IOException {
    String lines = "{\"a\":\"ñ\u009b\u202e👨\u200d👩\"}\n{\"b\":1}\n";
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    PrintableOutput out = new PrintableOutput(shown);
    for (byte b : lines.getBytes(StandardCharsets.UTF_8)) {
      out.write(b);
    }
    out.write(lines.getBytes(StandardCharsets.UTF_8));
    out.flush();
    String line = "{\"a\":\"ñ\\u009b\\u202e👨\\u200d👩\"}\n{\"b\":1}\n";
    assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualTo(line + line);
  }

  /// Every code point there is: none drives a terminal, and JSON is the same JSON.
  @Test
  void everyUnprintableCharacterIsEscaped() {
    int[] all =
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
            .filter(c -> c > 0x9f || c >= ' ')
            .filter(c -> c != '"' && c != '\\' && Character.getType(c) != Character.SURROGATE)
            .toArray();
    String text = new String(all, 0, all.length);
    assertThat(Printable.line(text).codePoints())
        .noneMatch(c -> Printable.isUnfit(c) && c != 0xfe0f && c != 0x200d && c != 0x200c);
    String json = "{\"a\":\"" + text + "\",\n\t\"b\":1}";
    assertThat(Printable.json(json).codePoints())
        .noneMatch(c -> Printable.isUnfit(c) && c != '\n' && c != '\t');
    assertThat(Json.parse(Printable.json(json)).text("a")).isEqualTo(text);
  }
}
