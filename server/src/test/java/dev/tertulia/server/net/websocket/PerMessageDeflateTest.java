package dev.tertulia.server.net.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which offers of compression are agreed to, and how they are answered.
final class PerMessageDeflateTest {
  private static final String BARE =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

  private static @Nullable PerMessageDeflate choose(String... values) {
    return PerMessageDeflate.choose(parse(values));
  }

  private static List<ExtensionOffer> parse(String... values) {
    return Objects.requireNonNull(ExtensionOffer.parse(List.of(values)));
  }

  private static String answer(String... values) {
    PerMessageDeflate agreed = choose(values);
    return agreed == null ? "" : agreed.answer();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate;client_max_window_bits=8",
        "permessage-deflate; client_max_window_bits=15",
        "permessage-deflate; client_max_window_bits=\"1\\0\"",
        "permessage-deflate; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        "x-webkit-deflate-frame, permessage-deflate",
        "\tpermessage-deflate ; client_max_window_bits = 12 ",
        ", ,permessage-deflate,,",
      })
  void acceptedOffers(String offer) {
    assertThat(answer(offer)).isEqualTo(BARE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "permessage-bzip2",
        "Permessage-Deflate",
        "permessage-deflate; level=9",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover=\"\"",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_max_window_bits=9; client_max_window_bits=9",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=0",
        "permessage-deflate; server_max_window_bits=08",
        "permessage-deflate; server_max_window_bits=+9",
        "permessage-deflate; server_max_window_bits=-9",
        "permessage-deflate; server_max_window_bits=9.0",
        "permessage-deflate; server_max_window_bits=x",
        "permessage-deflate; server_max_window_bits=\"1 0\"",
        "permessage-deflate; server_max_window_bits=\"\"",
        "permessage-deflate; server_max_window_bits=99999999999999999999",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=010",
        "permessage-deflate; client_max_window_bits=\"\"",
      })
  void declinedOffers(String offer) {
    assertThat(answer(offer)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15})
  void aServerWindowIsNegotiatedAndObserved(int bits) {
    for (String value : List.of("" + bits, "\"" + bits + "\"")) {
      PerMessageDeflate agreed =
          Objects.requireNonNull(choose("permessage-deflate; server_max_window_bits=" + value));
      assertThat(agreed).isEqualTo(new PerMessageDeflate(Optional.of("" + bits)));
      assertThat(agreed.answer()).isEqualTo(BARE + "; server_max_window_bits=" + bits);
      assertThat(agreed.compressesForClient()).isEqualTo(bits == 15);
    }
  }

  @Test
  void theFirstValidOfferIsAccepted() {
    String bad = "permessage-deflate; server_max_window_bits=99";
    String ten = "permessage-deflate; server_max_window_bits=10";
    assertThat(answer(bad + ", " + ten + ", permessage-deflate"))
        .isEqualTo(BARE + "; server_max_window_bits=10");
    assertThat(answer("permessage-deflate, " + ten)).isEqualTo(BARE);
    assertThat(answer(bad, "other; a=\"b,;c\"", ten))
        .as("in several header fields")
        .isEqualTo(BARE + "; server_max_window_bits=10");
    assertThat(answer(bad + ", " + bad)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ";",
        "=",
        "permessage-deflate;",
        "permessage-deflate; ;",
        "permessage-deflate; =9",
        "permessage-deflate; a=",
        "permessage-deflate; a=;b",
        "permessage-deflate a",
        "permessage-deflate; a b",
        "permessage-deflate; a=\"9",
        "permessage-deflate; a=\"9\\",
        "permessage-deflate; a=\"9\"9",
        "permessage-deflate; a==9",
        "permessage-deflate, (x)",
        "perméssage-deflate",
        "x/y",
        "\u0001",
      })
  void anInvalidListOfExtensionsIsRefused(String value) {
    assertThat(ExtensionOffer.parse(List.of("permessage-deflate", value))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"a;b=c|b|c", "a;b=\"c\\d\"|b|cd", "a ; b = \"c\\\"\"|b|c\""})
  void parameterValuesAreParsed(String text, String name, String value) {
    List<ExtensionOffer> offers = parse(text);
    assertThat(offers).hasSize(1);
    assertThat(offers.getFirst().parameters()).containsEntry(name, Optional.of(value));
  }

  @RepeatedTest(100)
  void randomTextNeverThrows() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    String alphabet = "permessage-deflate;,=\"\\ 19\t_\u0000é";
    int[] characters =
        random.ints(random.nextInt(60), 0, alphabet.length()).map(alphabet::charAt).toArray();
    String text = new String(characters, 0, characters.length);
    List<ExtensionOffer> offers = ExtensionOffer.parse(List.of(text));
    if (offers != null) {
      assertThat(offers).as(seeded.toString()).allMatch(offer -> !offer.name().isEmpty());
    }
  }
}
