package dev.tertulia.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which requests are refused by their origin.
final class NetworkGateTest {
  private final NetworkGate closed = gate(NetworkGate.Reach.LOOPBACK);
  private final NetworkGate open = gate(NetworkGate.Reach.NETWORK);
  private final NetworkGate anywhere = gate(NetworkGate.Reach.ANYWHERE);

  private static NetworkGate gate(NetworkGate.Reach reach) {
    return new NetworkGate(reach, Set.of("chat.example"), Set.of("https://a.example"), Language.EN);
  }

  private static @Nullable Refusal check(
      NetworkGate gate, @Nullable String host, boolean proxied, @Nullable String origin) {
    return gate.check(new Provenance(host, proxied, origin, null), "/api/v1/rooms");
  }

  /// Its clients show who they are, so names and proxies don't matter; pages of other origins do.
  @Test
  void aServerWithAccountsAnswersToAnyName() {
    assertThat(check(anywhere, "unheard.example", true, null)).isNull();
    assertThat(check(anywhere, null, false, null)).isNull();
    assertThat(check(anywhere, "b.example", true, "https://b.example")).isNull();
    assertThat(check(anywhere, "b.example", true, "https://a.example")).isNull();
    assertThat(check(anywhere, "b.example", true, "https://evil.example")).isNotNull();
    assertThat(check(anywhere, "b.example", false, "https://b.example.evil")).isNotNull();
    assertThat(check(anywhere, "b.example", false, "null")).isNotNull();
  }

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
  void loopbackHostsAreAccepted(String host) {
    assertThat(NetworkGate.isLoopback(host)).isTrue();
    assertThat(check(closed, host, false, null)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "::1", "example.org", "localhost.example", "xlocalhost", "128.0.0.1",
            "127.0.0.1.example",
        "127.0.0", "0.0.0.0", "[::]", "[::1", "localhost:", "localhost:x", "localhost:123456",
        "localhost\n", "localhost:1\n", " localhost", "localhost,example.org"
      })
  void otherHostsAreForbidden(String host) {
    assertThat(NetworkGate.isLoopback(host)).isFalse();
    assertForbidden(check(closed, host, false, null), "--open-on-network");
  }

  @Test
  void aMissingHostAndProxiesAreForbidden() {
    assertForbidden(check(closed, null, false, null), "--open-on-network");
    assertForbidden(check(closed, "localhost", true, null), "--open-on-network");
    assertThat(check(open, "localhost", true, null)).isNull();
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
  void theSameOriginAndListedOriginsAreAccepted(String host, String origin) {
    assertThat(check(closed, host, false, origin)).isNull();
    assertThat(check(open, host, false, origin)).isNull();
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
  void aForeignOriginIsForbidden(String host, String origin) {
    assertForbidden(check(closed, host, false, origin), "--allow-origin");
    assertForbidden(check(open, host, false, origin), "--allow-origin");
    assertForbidden(check(open, null, false, origin), "--allow-origin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.0.2.1",
        "192.0.2.1:8000",
        "0.0.0.0",
        "[2001:db8::1]",
        "[2001:DB8::1]:8000",
        "[::ffff:192.0.2.1]",
        "localhost:1",
        "chat.example",
        "Chat.Example:8000"
      })
  void anOpenServerAcceptsItsAddressesAndConfiguredNames(String host) {
    assertThat(check(open, host, false, null)).isNull();
    assertThat(check(open, host, true, null)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8000",
        "chat.example.evil.example",
        "192.0.2.1.evil.example",
        "192.0.2.1.nip.io",
        "xchat.example",
        "chat.example.",
        "chat.example:",
        "chat.example:x",
        "[evil.example]",
        "192.0.2.1, chat.example",
        "teacher",
        " chat.example",
        "::1",
        ""
      })
  void anOpenServerForbidsOtherNames(String host) {
    assertForbidden(check(open, host, false, null), "--allow-host");
    assertForbidden(check(open, host, false, "http://" + host), "--allow-host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site"})
  void crossSiteRequestsWithoutAnOriginAreForbidden(String site) {
    Provenance image = new Provenance("localhost", false, null, site);
    for (String path :
        List.of("/api/v1/stream", "/ws/ana", "/openapi.yaml", "/docs/", "/static", "/health")) {
      assertForbidden(closed.check(image, path), "--allow-origin");
      assertForbidden(open.check(image, path), "--allow-origin");
    }
    for (String path : List.of("/", "/docs", "/static/x.js", "/health/live")) {
      assertThat(closed.check(image, path)).isNull();
    }
    assertThat(
            closed.check(
                new Provenance("localhost", false, "https://a.example", site), "/api/v1/stream"))
        .isNull();
    for (String other : List.of("same-origin", "none")) {
      assertThat(closed.check(new Provenance("localhost", false, null, other), "/ws/ana")).isNull();
    }
  }

  private static void assertForbidden(@Nullable Refusal refusal, String wayOut) {
    assertThat(refusal).isNotNull();
    if (refusal != null) {
      assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN);
      assertThat(refusal.message()).contains(wayOut);
    }
  }
}
