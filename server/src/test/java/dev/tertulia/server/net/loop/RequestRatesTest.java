package dev.tertulia.server.net.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.limits.Rate;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestRatesTest {
  /// A clock may begin below zero.
  private static final long NOW = -5_000_000_000L;

  private final RequestRates rates =
      new RequestRates(new Rate(10, 50), new Rate(1_000, 4_000), new Rate(5, 100), NOW);

  private static AddressBlock address(String text) {
    try {
      return AddressBlock.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static int answered(RequestRates.Account account, int requests, int body, long now) {
    int answered = 0;
    for (int i = 0; i < requests; i++) {
      answered += account.request(body, now) > 0 ? 0 : 1;
    }
    return answered;
  }

  @Test
  void aConnectionHasItsBurstAndThenItsRate() {
    RequestRates.Account one = rates.open(address("127.0.0.1"), NOW);
    assertThat(answered(one, 200, 0, NOW)).isEqualTo(50);
    assertThat(one.request(0, NOW)).isPositive();
    assertThat(answered(one, 200, 0, NOW + TimeUnit.SECONDS.toNanos(1))).isEqualTo(10);
  }

  @Test
  void bodiesAreChargedByTheirBytes() {
    RequestRates.Account one = rates.open(address("127.0.0.1"), NOW);
    assertThat(answered(one, 20, 1_000, NOW)).isEqualTo(4);
    assertThat(one.request(1, NOW)).isBetween(1L, TimeUnit.SECONDS.toNanos(1));
    assertThat(answered(one, 20, 1_000, NOW + TimeUnit.SECONDS.toNanos(2))).isEqualTo(2);
    RequestRates.Account other = rates.open(address("127.0.0.1"), NOW);
    assertThat(other.request(1_000_000, NOW)).as("longer than a burst").isNotPositive();
    assertThat(other.request(1, NOW)).isPositive();
  }

  @Test
  void theRateOfAnAddressCoversAllItsConnections() {
    int answered = 0;
    for (int i = 0; i < 20; i++) {
      answered += answered(rates.open(address("192.0.2.1"), NOW), 10, 0, NOW);
    }
    assertThat(answered).isEqualTo(100);
    long later = NOW + TimeUnit.SECONDS.toNanos(2);
    assertThat(answered(rates.open(address("192.0.2.1"), later), 50, 0, later)).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
  void loopbackHasNoRatePerAddress(String loopback) {
    int answered = 0;
    for (int i = 0; i < 20; i++) {
      answered += answered(rates.open(address(loopback), NOW), 10, 0, NOW);
    }
    assertThat(answered).isEqualTo(200);
    assertThat(address("192.0.2.1").isLoopback()).isFalse();
    assertThat(address("2001:db8::1").isLoopback()).isFalse();
  }

  @Test
  void zeroMeansNoLimit() {
    RequestRates none = new RequestRates(new Rate(0, 0), Rate.NONE, new Rate(0, 0), NOW);
    assertThat(answered(none.open(address("192.0.2.1"), NOW), 10_000, 500_000, NOW))
        .isEqualTo(10_000);
  }
}
