package dev.tertulia.client.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Texts with gaps.
final class TemplateTest {
  private static String filled(Template template, int number, int pad) {
    ByteBuffer out = ByteBuffers.allocate(1000);
    template.fill(out, number, new Marker(0), 5, pad);
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    assertThat(template.length(number, pad)).isEqualTo(bytes.length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "c#,       c7",
    "#-#,      7-7",
    "##,       #",
    "###,      #7",
    "a@b##,    a@b#",
    "señora,   señora",
    "'',       ''",
  })
  void hashIsReplacedByTheNumberAndADoubleHashByAHash(String text, String expected) {
    Template template = Template.of(text);
    assertThat(template.hasMarker()).isFalse();
    assertThat(filled(template, 7, 0)).isEqualTo(expected);
  }

  @Test
  void numbersOfAnyLengthFit() {
    for (int number : new int[] {0, 9, 10, 99, 100, 12_345, 999_999}) {
      assertThat(filled(Template.of("<#>"), number, 0)).isEqualTo("<" + number + ">");
    }
  }

  @Test
  void atIsReplacedByTheMarkerInAMessage() {
    Template template = Template.ofMessage("{\"#\":\"@\",\"a@@b\":1}");
    assertThat(template.hasMarker()).isTrue();
    assertThat(filled(template, 3, 2))
        .isEqualTo("{\"3\":\"~00030000000000000000005xx\",\"a@b\":1}");
  }
}
