package dev.tertulia.server.auth.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.Principal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Codes and sessions last as long as they should, and there are only so many.
final class OperatorSessionsTest {
  private Instant now = Instant.parse("2026-11-29T10:00:00Z");
  private final OperatorSessions sessions = new OperatorSessions(() -> now);

  private @Nullable Principal principal(String key) {
    return sessions.principal(
        key, OperatorTokenTest.from(InetAddress.getLoopbackAddress(), /* proxied= */ false));
  }

  private String session() {
    return Objects.requireNonNull(sessions.open(sessions.code().text())).text();
  }

  @Test
  void aCodeIsRefusedAfterItsTime() {
    String code = sessions.code().text();
    now = now.plus(OperatorSessions.CODE_LIFE);
    assertThat(sessions.open(code)).isNull();
    String other = sessions.code().text();
    now = now.plus(OperatorSessions.CODE_LIFE).minusMillis(1);
    assertThat(sessions.open(other)).isNotNull();
    assertThat(sessions.open(other)).isNull();
  }

  @Test
  void aSessionEndsAfterItsTime() {
    String key = session();
    now = now.plus(OperatorSessions.SESSION_LIFE).minusMillis(1);
    Principal operator = Objects.requireNonNull(principal(key));
    assertThat(operator.kind()).isEqualTo(Principal.Kind.OPERATOR);
    assertThat(operator.expiry()).isEqualTo(now.plusMillis(1));
    now = now.plus(Duration.ofMillis(1));
    assertThat(principal(key)).isNull();
  }

  @Test
  void aSessionIsForLoopbackWithoutAProxy() throws UnknownHostException {
    String key = session();
    assertThat(
            sessions.principal(
                key, OperatorTokenTest.from(InetAddress.getByName("192.0.2.1"), false)))
        .isNull();
    assertThat(sessions.principal(key, OperatorTokenTest.from(null, false))).isNull();
    assertThat(
            sessions.principal(key, OperatorTokenTest.from(InetAddress.getLoopbackAddress(), true)))
        .isNull();
    assertThat(principal(key + "x")).isNull();
    assertThat(principal("")).isNull();
    assertThat(principal(key)).isNotNull();
  }

  @Test
  void theOldestGiveWayToMore() {
    List<String> codes = new ArrayList<>();
    for (int i = 0; i <= OperatorSessions.MOST_CODES; i++) {
      codes.add(sessions.code().text());
    }
    assertThat(sessions.open(codes.getFirst())).isNull();
    assertThat(sessions.open(codes.get(1))).isNotNull();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i <= OperatorSessions.MOST_SESSIONS; i++) {
      keys.add(session());
    }
    assertThat(principal(keys.getFirst())).isNull();
    assertThat(principal(keys.get(1))).isNotNull();
    assertThat(sessions.end(keys.get(1))).isTrue();
    assertThat(sessions.end(keys.get(1))).isFalse();
    assertThat(principal(keys.get(1))).isNull();
  }

  @Test
  void secretsAreNotInTexts() {
    OperatorSessions.Made code = sessions.code();
    assertThat(code.toString() + sessions).doesNotContain(code.text());
  }
}
