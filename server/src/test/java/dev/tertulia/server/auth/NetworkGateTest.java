package dev.tertulia.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.protocol.Refusal;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who is kept out.
final class NetworkGateTest {
  private final NetworkGate closed =
      new NetworkGate(false, Set.of("https://a.example"), Language.EN);
  private final NetworkGate open = new NetworkGate(true, Set.of("https://a.example"), Language.EN);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LocalHost:8000",
        "127.0.0.1:80",
        "127.255.255.254",
        "[::1]",
        "[::1]:8000"
      })
  void loopback(String host) {
    assertThat(NetworkGate.isLoopback(host)).isTrue();
    assertThat(closed.check(host, false, null)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "::1", "example.org", "localhost.example", "xlocalhost", "128.0.0.1",
            "127.0.0.1.example",
        "127.0.0", "0.0.0.0", "[::]", "[::1", "localhost:", "localhost:x", "localhost:123456",
        "localhost\n", "localhost:1\n", " localhost", "localhost,example.org"
      })
  void notLoopback(String host) {
    assertThat(NetworkGate.isLoopback(host)).isFalse();
    assertForbidden(closed.check(host, false, null), "--open-on-network");
    assertThat(open.check(host, false, null)).isNull();
  }

  @Test
  void noHostAndProxies() {
    assertForbidden(closed.check(null, false, null), "--open-on-network");
    assertForbidden(closed.check("localhost", true, null), "--open-on-network");
    assertThat(open.check("localhost", true, null)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8000, http://localhost:8000",
    "LOCALHOST:8000, http://localhost:8000",
    "localhost, http://localhost",
    "localhost:80, http://localhost",
    "localhost, http://localhost:80",
    "localhost:443, https://localhost",
    "localhost, https://localhost:443",
    "[::1]:8000, http://[::1]:8000",
    "[::1], http://[::1]:80",
    "localhost, https://a.example"
  })
  void theSameOriginOrOneOnTheList(String host, String origin) {
    assertThat(closed.check(host, false, origin)).isNull();
    assertThat(open.check(host, false, origin)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8000, http://localhost",
    "localhost:8000, http://localhost:8001",
    "localhost:8000, http://127.0.0.1:8000",
    "localhost, http://localhost:443",
    "localhost, https://localhost:80",
    "localhost, null",
    "localhost, ''",
    "localhost, http://a.example",
    "localhost, https://a.example/",
    "localhost, https://a.example.evil",
    "localhost, http://localhost/x",
    "localhost, ws://localhost"
  })
  void aForeignOrigin(String host, String origin) {
    assertForbidden(closed.check(host, false, origin), "--allow-origin");
    assertForbidden(open.check(host, false, origin), "--allow-origin");
    assertForbidden(open.check(null, false, origin), "--allow-origin");
  }

  private static void assertForbidden(@Nullable Refusal refusal, String wayOut) {
    assertThat(refusal).isNotNull();
    if (refusal != null) {
      assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN);
      assertThat(refusal.message()).contains(wayOut);
    }
  }
}
