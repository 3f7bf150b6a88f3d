package dev.tertulia.server.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressRangeTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8,        10.255.0.1,          true",
    "10.0.0.0/8,        11.0.0.1,            false",
    "10.0.0.0/8,        ::ffff:10.0.0.1,     true",
    "::ffff:10.0.0.1,   10.0.0.1,            true",
    "192.0.2.128/25,    192.0.2.127,         false",
    "192.0.2.128/25,    192.0.2.200,         true",
    "192.0.2.7,         192.0.2.7,           true",
    "192.0.2.7,         192.0.2.8,           false",
    "0.0.0.0/0,         203.0.113.9,         true",
    "0.0.0.0/0,         2001:db8::1,         false",
    "::/0,              2001:db8::1,         true",
    "fd00::/8,          fdff::1,             true",
    "fd00::/8,          fe00::1,             false",
    "2001:db8::/33,     2001:db8:7fff::1,    true",
    "2001:db8::/33,     2001:db8:8000::1,    false",
    "::1,               ::1,                 true",
  })
  void contains(String range, String address, boolean expected) throws Exception {
    AddressRange parsed = Objects.requireNonNull(AddressRange.parse(range));
    assertThat(parsed.contains(InetAddress.ofLiteral(address))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "10",
        "10.1",
        "10.0.0.256",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/-1",
        "10.0.0.1/8",
        "/8",
        "::/129",
        "[::1]",
        "2001:db8::1::2",
        "10.0.0.1 "
      })
  void isNone(String text) {
    assertThat(AddressRange.parse(text)).isNull();
  }
}
