package dev.tertulia.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which addresses count as one.
final class AddressBlockTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1,       192.0.2.1,            true",
    "192.0.2.1,       192.0.2.2,            false",
    "2001:db8::1,     2001:db8::ffff:1,     true",
    "2001:db8:0:1::1, 2001:db8:0:1:ffff::2, true",
    "2001:db8:0:1::1, 2001:db8:0:2::1,      false",
    "::1,             0.0.0.1,              false",
  })
  void anIpv4AddressOrAnIpv6NetworkIsABlock(String one, String other, boolean same)
      throws Exception {
    assertThat(block(one).equals(block(other))).isEqualTo(same);
  }

  @Test
  void anIpv4MappedAddressIsItsIpv4Address() throws Exception {
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    System.arraycopy(InetAddress.getByName("192.0.2.200").getAddress(), 0, mapped, 12, 4);
    assertThat(AddressBlock.of(Inet6Address.getByAddress(null, mapped, -1)))
        .isEqualTo(block("192.0.2.200"));
  }

  private static AddressBlock block(String address) throws UnknownHostException {
    return AddressBlock.of(InetAddress.getByName(address));
  }
}
