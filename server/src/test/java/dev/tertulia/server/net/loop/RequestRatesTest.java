package dev.tertulia.server.net.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.net.loop.RequestRates.Rates;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestRatesTest {
  /// A clock may begin below zero.
  private static final long NOW = -5_000_000_000L;

  private long now = NOW;
  private final LimitCounters counters = new LimitCounters(() -> now);
  private final RequestRates rates =
      rates(new Rates(new Rate(10, 50), new Rate(1_000, 4_000), new Rate(5, 100), new Rate(2, 20)));

  private RequestRates rates(Rates some) {
    return new RequestRates(some, () -> now, counters);
  }

  private static AddressBlock address(String text) {
    try {
      return AddressBlock.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static int answered(RequestRates.Account account, int requests, int body) {
    int answered = 0;
    for (int i = 0; i < requests; i++) {
      answered += account.request(body) > 0 ? 0 : 1;
    }
    return answered;
  }

  private int handshakes(String address, int times) {
    int allowed = 0;
    for (int i = 0; i < times; i++) {
      allowed += rates.open(address(address)).handshake() > 0 ? 0 : 1;
    }
    return allowed;
  }

  private int sockets(String address, int times) {
    int allowed = 0;
    for (int i = 0; i < times; i++) {
      allowed += rates.allowsSocket(address(address)) ? 1 : 0;
    }
    return allowed;
  }

  private void pass(int seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void aConnectionHasItsBurstAndThenItsRate() {
    RequestRates.Account one = rates.open(address("127.0.0.1"));
    assertThat(answered(one, 200, 0)).isEqualTo(50);
    assertThat(one.request(0)).isPositive();
    pass(1);
    assertThat(answered(one, 200, 0)).isEqualTo(10);
    assertThat(counters.refused()).containsEntry("requests_per_second", 341L);
  }

  @Test
  void bodiesAreChargedByTheirBytes() {
    RequestRates.Account one = rates.open(address("127.0.0.1"));
    assertThat(answered(one, 20, 1_000)).isEqualTo(4);
    assertThat(one.request(1)).isBetween(1L, TimeUnit.SECONDS.toNanos(1));
    pass(2);
    assertThat(answered(one, 20, 1_000)).isEqualTo(2);
    RequestRates.Account other = rates.open(address("127.0.0.1"));
    assertThat(other.request(1_000_000)).as("longer than a burst").isNotPositive();
    assertThat(other.request(1)).isPositive();
    assertThat(counters.refused().get("bytes_per_second")).isPositive();
  }

  @Test
  void theRateOfAnAddressCoversAllItsConnections() {
    int answered = 0;
    for (int i = 0; i < 20; i++) {
      answered += answered(rates.open(address("192.0.2.1")), 10, 0);
    }
    assertThat(answered).isEqualTo(100);
    pass(2);
    assertThat(answered(rates.open(address("192.0.2.1")), 50, 0)).isEqualTo(10);
    assertThat(counters.refused()).containsEntry("requests_per_second_per_address", 140L);
  }

  @Test
  void handshakesAndSocketsHaveTheirOwnRates() {
    assertThat(handshakes("192.0.2.1", 50)).isEqualTo(20);
    assertThat(handshakes("2001:db8::1", 10) + handshakes("2001:db8::ffff:2", 40))
        .as("one /64")
        .isEqualTo(20);
    assertThat(sockets("192.0.2.1", 300)).isEqualTo(100);
    pass(2);
    assertThat(handshakes("192.0.2.1", 50)).isEqualTo(4);
    assertThat(sockets("192.0.2.1", 50)).isEqualTo(10);
    assertThat(answered(rates.open(address("192.0.2.1")), 40, 0)).isEqualTo(40);
    assertThat(counters.refused())
        .containsEntry("handshakes_per_second_per_address", 106L)
        .containsEntry("requests_per_second_per_address", 240L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
  void loopbackHasNoRatePerAddress(String loopback) {
    int answered = 0;
    for (int i = 0; i < 20; i++) {
      answered += answered(rates.open(address(loopback)), 10, 0);
    }
    assertThat(answered).isEqualTo(200);
    assertThat(handshakes(loopback, 200)).isEqualTo(200);
    assertThat(sockets(loopback, 200)).isEqualTo(200);
    assertThat(address("192.0.2.1").isLoopback()).isFalse();
    assertThat(address("2001:db8::1").isLoopback()).isFalse();
  }

  @Test
  void zeroMeansNoLimit() {
    RequestRates none = rates(Rates.NONE);
    assertThat(answered(none.open(address("192.0.2.1")), 10_000, 500_000)).isEqualTo(10_000);
  }
}
