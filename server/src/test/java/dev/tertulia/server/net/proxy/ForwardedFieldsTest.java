package dev.tertulia.server.net.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.AddressRange;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ForwardedFieldsTest {
  private static final TrustedProxies TRUSTED =
      new TrustedProxies(
          List.of(
              Objects.requireNonNull(AddressRange.parse("10.0.0.0/8")),
              Objects.requireNonNull(AddressRange.parse("fd00::/8"))));
  private static final InetAddress PROXY = InetAddress.ofLiteral("10.0.0.9");

  private static @Nullable Sender sender(String peer, String... namesAndValues) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return ForwardedFields.sender(headers, InetAddress.ofLiteral(peer), false, TRUSTED);
  }

  private static String client(String... namesAndValues) {
    Sender sender = Objects.requireNonNull(sender("10.0.0.9", namesAndValues));
    return (sender.isKnown() ? "" : "behind ") + sender.address().getHostAddress();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "for=192.0.2.1                                          | 192.0.2.1",
        "For=\"192.0.2.1:4711\"                                 | 192.0.2.1",
        "for=192.0.2.1:80;proto=http;by=10.0.0.9                | 192.0.2.1",
        "proto=https; for=\"[2001:db8::17]:4711\"               | 2001:db8:0:0:0:0:0:17",
        "for=\"[2001:db8::17]\"                                 | 2001:db8:0:0:0:0:0:17",
        "for=\"2001:db8::17\"                                   | 2001:db8:0:0:0:0:0:17",
        "for=\"::ffff:192.0.2.1\"                               | 192.0.2.1",
        "for=1.1.1.1, for=192.0.2.1                             | 192.0.2.1",
        "for=1.1.1.1, for=192.0.2.1, for=10.1.1.1               | 192.0.2.1",
        "for=\"x, for=192.0.2.1                                 | 192.0.2.1",
        "for=\"x\\\", for=192.0.2.1;proto=https                 | 192.0.2.1",
        "for=1.1.1.1;for=\"y, for=10.2.2.2, for=192.0.2.1       | 192.0.2.1",
        "for=192.0.2.1, for=unknown                             | behind 10.0.0.9",
        "for=192.0.2.1, for=_hidden, for=10.3.3.3               | behind 10.3.3.3",
        "for=192.0.2.1,                                         | behind 10.0.0.9",
        "for=10.4.4.4                                           | 10.4.4.4",
        "for=10.4.4.4, for=10.5.5.5                             | 10.4.4.4",
        "nonsense                                               | behind 10.0.0.9",
      })
  void theStandardFieldIsReadFromTheRight(String field, String expected) {
    assertThat(client("Forwarded", field)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "192.0.2.1                    | 192.0.2.1",
        "192.0.2.1:4711               | 192.0.2.1",
        "2001:db8::17                 | 2001:db8:0:0:0:0:0:17",
        "[2001:db8::17]:443           | 2001:db8:0:0:0:0:0:17",
        "::ffff:10.0.0.1              | 10.0.0.1",
        "1.1.1.1, 192.0.2.1           | 192.0.2.1",
        "127.0.0.1, 192.0.2.1, 10.0.0.1, fd00::1 | 192.0.2.1",
        "1.1.1.1,\"x, 192.0.2.1       | 192.0.2.1",
        "192.0.2.1, localhost         | behind 10.0.0.9",
        "192.0.2.1, [10.0.0.1         | behind 10.0.0.9",
        "192.0.2.1, [10.0.0.1]        | behind 10.0.0.9",
        "192.0.2.1, 10.0.0.1:x        | behind 10.0.0.9",
        "192.0.2.1, 2130706433        | behind 10.0.0.9",
        "192.0.2.1, 0x7f.1            | behind 10.0.0.9",
      })
  void theCommonFieldIsReadFromTheRight(String field, String expected) {
    assertThat(client("X-Forwarded-For", field)).isEqualTo(expected);
  }

  @Test
  void severalFieldsAreOneList() {
    assertThat(client("X-Forwarded-For", "1.1.1.1", "X-Forwarded-For", "192.0.2.1"))
        .isEqualTo("192.0.2.1");
    assertThat(client("Forwarded", "for=\"x", "Forwarded", "for=192.0.2.1")).isEqualTo("192.0.2.1");
  }

  @Test
  void anEndlessRowOfProxiesEnds() {
    assertThat(client("X-Forwarded-For", "192.0.2.1, " + "10.0.0.1, ".repeat(2000) + "10.0.0.2"))
        .isEqualTo("behind 10.0.0.1");
  }

  @Test
  void otherPeersAreNotBelieved() {
    Sender sender =
        sender(
            "203.0.113.1",
            "Forwarded",
            "for=127.0.0.1;proto=https;host=a.example",
            "X-Forwarded-For",
            "10.0.0.1",
            "X-Forwarded-Proto",
            "https",
            "X-Forwarded-Host",
            "b.example");
    assertThat(sender)
        .isEqualTo(new Sender(InetAddress.ofLiteral("203.0.113.1"), true, false, null));
  }

  @Test
  void aProxyThatSaysNothingIsNotTheClient() {
    assertThat(sender("10.0.0.9")).isEqualTo(new Sender(PROXY, false, false, null));
  }

  @Test
  void twoFieldsMustNameTheSameClient() {
    assertThat(client("Forwarded", "for=192.0.2.1", "X-Forwarded-For", "192.0.2.1"))
        .isEqualTo("192.0.2.1");
    assertThat(sender("10.0.0.9", "Forwarded", "for=192.0.2.1", "X-Forwarded-For", "192.0.2.2"))
        .isNull();
    assertThat(sender("10.0.0.9", "Forwarded", "for=\"x", "X-Forwarded-For", "192.0.2.2")).isNull();
  }

  @Test
  void theNearestProxyTellsSchemeAndHost() {
    InetAddress client = InetAddress.ofLiteral("192.0.2.1");
    assertThat(
            sender(
                "10.0.0.9",
                "Forwarded",
                "for=1.1.1.1;proto=https;host=evil.example,"
                    + " for=192.0.2.1;proto=http;host=\"a.example:8443\""))
        .isEqualTo(new Sender(client, true, false, "a.example:8443"));
    assertThat(
            sender(
                "10.0.0.9",
                "X-Forwarded-For",
                "192.0.2.1",
                "X-Forwarded-Proto",
                "http, HTTPS",
                "X-Forwarded-Host",
                "evil.example, b.example"))
        .isEqualTo(new Sender(client, true, true, "b.example"));
  }
}
