package dev.tertulia.server.auth.key;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.ClientId;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OperatorTokenTest {
  private final OperatorToken token = OperatorToken.random(new SecureRandom());

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.8.9.10", "::1"})
  void theKeyMakesTheOperatorOnLoopback(String peer) throws UnknownHostException {
    Principal operator =
        requireNonNull(token.principal(token.text(), from(InetAddress.getByName(peer), false)));
    assertThat(operator.kind()).isEqualTo(Principal.Kind.OPERATOR);
    assertThat(operator.client()).isEqualTo(ClientId.API);
    assertThat(operator.expiry()).isNull();
  }

  /// A socket for both families may say so.
  @Test
  void anIpv4AddressInIpv6FormIsTheSameAddress() throws UnknownHostException {
    assertThat(token.principal(token.text(), from(mapped(127, 0, 0, 1), false))).isNotNull();
    assertThat(token.principal(token.text(), from(mapped(10, 0, 0, 1), false))).isNull();
  }

  private static InetAddress mapped(int... ipv4) throws UnknownHostException {
    byte[] bytes = new byte[16];
    bytes[10] = -1;
    bytes[11] = -1;
    for (int i = 0; i < ipv4.length; i++) {
      bytes[12 + i] = (byte) ipv4[i];
    }
    return Inet6Address.getByAddress(null, bytes, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "192.168.1.5", "0.0.0.0", "::", "fe80::1", "7f00::1"})
  void theKeyIsOfNoUseElsewhere(String peer) throws UnknownHostException {
    assertThat(token.principal(token.text(), from(InetAddress.getByName(peer), false))).isNull();
  }

  @Test
  void theKeyIsOfNoUseFromAnUnknownAddress() {
    assertThat(token.principal(token.text(), from(null, false))).isNull();
  }

  @Test
  void theKeyIsOfNoUseThroughAProxy() {
    assertThat(token.principal(token.text(), from(InetAddress.getLoopbackAddress(), true)))
        .isNull();
  }

  @Test
  void anyOtherKeyIsNotTheOperators() {
    String text = token.text();
    char other = text.charAt(text.length() - 1) == 'A' ? 'B' : 'A';
    for (String key :
        new String[] {
          "",
          " " + text,
          text + "=",
          text + "A",
          text.substring(1),
          text.substring(0, text.length() - 1),
          text.substring(0, text.length() - 1) + other,
          OperatorToken.random(new SecureRandom()).text()
        }) {
      assertThat(token.principal(key, from(InetAddress.getLoopbackAddress(), false)))
          .as(key)
          .isNull();
    }
  }

  @Test
  void theKeyIsLongHasNoDotsAndIsNotShown() {
    assertThat(token.text()).hasSize(43).matches("[A-Za-z0-9_-]+");
    assertThat(token.toString()).doesNotContain(token.text());
  }

  static Peer from(@Nullable InetAddress address, boolean proxied) {
    return new Peer(
        address,
        AddressBlock.of(address == null ? InetAddress.getLoopbackAddress() : address),
        proxied);
  }
}
