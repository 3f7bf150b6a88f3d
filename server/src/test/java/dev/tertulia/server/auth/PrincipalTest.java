package dev.tertulia.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// How long a principal is valid.
final class PrincipalTest {
  private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);

  private static Principal until(@Nullable Instant expiry) {
    return new Principal(new ClientId("ana"), Principal.Kind.TOKEN, Principal.Claims.NONE, expiry);
  }

  @Test
  void endsAtItsExpiry() {
    Principal principal = until(NOW.plusMillis(1_500));

    assertThat(principal.validFor(NOW, DAY)).isEqualTo(Duration.ofMillis(1_500));
    assertThat(principal.isExpired(NOW.plusMillis(1_499))).isFalse();
    assertThat(principal.isExpired(NOW.plusMillis(1_500))).isTrue();
    assertThat(principal.validFor(NOW.plusSeconds(9), DAY)).isEqualTo(Duration.ZERO);
  }

  @Test
  void anExpiryThatNoTimerCanRepresentIsBounded() {
    assertThat(until(Instant.parse("9999-12-31T23:59:59Z")).validFor(NOW, DAY)).isEqualTo(DAY);
    assertThat(until(NOW.plus(Duration.ofDays(30))).validFor(NOW, DAY)).isEqualTo(DAY);
    assertThat(until(Instant.MAX).validFor(NOW, DAY)).isEqualTo(DAY);
  }

  @Test
  void withoutExpiryItStaysValid() {
    Principal principal = Principal.open(new ClientId("ana"));

    assertThat(principal.isExpired(Instant.MAX)).isFalse();
    assertThat(principal.validFor(NOW, DAY)).isEqualTo(DAY);
  }
}
