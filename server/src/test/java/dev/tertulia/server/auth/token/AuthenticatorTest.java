package dev.tertulia.server.auth.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.ApiKeyCheck;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Authentication.Cause;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.testing.TestServer;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who makes a request, by what it shows.
final class AuthenticatorTest {
  private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");
  private static final Peer HERE = Peer.at(InetAddress.getLoopbackAddress());
  private static final TestKey SECRET =
      TestKey.secret("HS256", null, "0123456789abcdef".repeat(2).getBytes(StandardCharsets.UTF_8));
  private static final TestKey CURVE = TestKey.curve("ES256", null);
  private static final String ANA = "{\"sub\":\"ana\",\"exp\":9999999999}";

  private final List<Authenticator> open = new ArrayList<>();

  @AfterEach
  void close() {
    open.forEach(Authenticator::close);
  }

  private Authenticator authenticator(@Nullable TokenVerifier tokens, ApiKeyCheck keys) {
    Authenticator authenticator = new Authenticator(tokens, keys, Language.EN);
    open.add(authenticator);
    return authenticator;
  }

  private Authenticator with(TestKey key) {
    Issuer issuer = new Issuer(null, KeySource.of(List.of(key.verification())), null, "");
    return with(issuer, InstantSource.fixed(NOW));
  }

  private Authenticator with(Issuer issuer, InstantSource clock) {
    return authenticator(
        new TokenVerifier(List.of(issuer), ClaimNames.DEFAULT, Duration.ZERO, Language.EN, clock),
        Authenticator.noKeys(Language.EN));
  }

  private static Authentication.Decided decided(Authentication authentication) throws Exception {
    return switch (authentication) {
      case Authentication.Decided decided -> decided;
      case Authentication.Pending pending ->
          pending
              .decision()
              .toCompletableFuture()
              .get(TestServer.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    };
  }

  private static Authentication.Refused refused(Authentication authentication) throws Exception {
    return (Authentication.Refused) decided(authentication);
  }

  @Test
  void aServerWithoutAccountsBelievesEverybodyAndIgnoresTokens() {
    Authenticator all = authenticator(null, Authenticator.noKeys(Language.EN));

    assertThat(all.isOpen()).isTrue();
    assertThat(all.authenticate(Credentials.none(), HERE)).isInstanceOf(Authentication.Open.class);
    assertThat(all.authenticate(new Credentials.Token("x.y.z"), HERE))
        .isInstanceOf(Authentication.Open.class);
  }

  @Test
  void aServerWithIssuersTellsWhatIsMissing() {
    Authentication nothing = with(SECRET).authenticate(Credentials.none(), HERE);

    assertThat(nothing).isInstanceOf(Authentication.Anonymous.class);
    assertThat(((Authentication.Anonymous) nothing).message()).contains("requires a token");
  }

  /// That takes microseconds.
  @Test
  void anHmacIsVerifiedAtOnce() {
    Authentication token =
        with(SECRET).authenticate(new Credentials.Token(SECRET.token(ANA)), HERE);

    assertThat(token).isInstanceOf(Authentication.Accepted.class);
    assertThat(((Authentication.Accepted) token).principal().client())
        .isEqualTo(new ClientId("ana"));
  }

  @Test
  void aSignatureIsVerifiedBesideTheCaller() throws Exception {
    Authenticator authenticator = with(CURVE);

    Authentication good = authenticator.authenticate(new Credentials.Token(CURVE.token(ANA)), HERE);
    Authentication bad = authenticator.authenticate(new Credentials.Token("a.b.c"), HERE);

    assertThat(good).isInstanceOf(Authentication.Pending.class);
    assertThat(bad).isInstanceOf(Authentication.Pending.class);
    assertThat(decided(good)).isInstanceOf(Authentication.Accepted.class);
    assertThat(refused(bad).cause()).isEqualTo(Cause.INVALID);
  }

  /// Every token waits behind some that take for ever: a clock that stands still is asked while a
  /// token is verified.
  @Test
  void thoseThatWaitHaveABound() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    InstantSource stuck =
        () -> {
          try {
            released.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return NOW;
        };
    Issuer issuer = new Issuer(null, KeySource.of(List.of(CURVE.verification())), null, "");
    Authenticator authenticator = with(issuer, stuck);
    Credentials token = new Credentials.Token(CURVE.token(ANA));
    int threads = Runtime.getRuntime().availableProcessors();
    List<Authentication> all = new ArrayList<>();
    for (int i = 0; i < Authenticator.MAX_WAITING + threads + 1; i++) {
      all.add(authenticator.authenticate(token, HERE));
    }

    assertThat(all.getLast()).isInstanceOf(Authentication.Refused.class);
    assertThat(refused(all.getLast()).cause()).isEqualTo(Cause.RATE_LIMITED);
    assertThat(refused(all.getLast()).retryAfter()).isPositive();

    released.countDown();
    assertThat(decided(all.getFirst())).isInstanceOf(Authentication.Accepted.class);
    for (Authentication each : all) {
      decided(each);
    }
    assertThat(decided(authenticator.authenticate(token, HERE)))
        .isInstanceOf(Authentication.Accepted.class);
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID, UNAUTHORIZED, 4500",
    "EXPIRED, UNAUTHORIZED, 4003",
    "UNAVAILABLE, UNAVAILABLE, 4004",
    "RATE_LIMITED, RATE_LIMITED, 4004"
  })
  void eachCauseHasACodeAndAnEnd(Cause cause, ErrorCode code, int close) {
    Authentication.Refused refused = new Authentication.Refused(cause, "why", null);

    assertThat(refused.refusal().code()).isEqualTo(code);
    assertThat(refused.refusal().message()).isEqualTo("why");
    assertThat(refused.closeReason().code()).isEqualTo(close);
  }

  @Test
  void theCauseIsToldApart() throws Exception {
    Authenticator authenticator = with(SECRET);

    assertThat(refused(authenticator.authenticate(token("{\"sub\":\"ana\",\"exp\":1}"), HERE)))
        .extracting(Authentication.Refused::closeReason)
        .isEqualTo(CloseReason.TOKEN_EXPIRED);
    assertThat(refused(authenticator.authenticate(token("{\"sub\":7,\"exp\":9999999999}"), HERE)))
        .extracting(Authentication.Refused::closeReason)
        .isEqualTo(CloseReason.UNAUTHORIZED);
    assertThat(refused(authenticator.authenticate(new Credentials.Conflicting(), HERE)).message())
        .contains("several credentials");
    assertThat(refused(authenticator.authenticate(new Credentials.Key("k"), HERE)).cause())
        .isEqualTo(Cause.INVALID);
  }

  private static Credentials token(String claims) {
    return new Credentials.Token(SECRET.token(claims));
  }

  @Test
  void anIssuerWhoseKeysCanNotBeHadIsToldFromABadToken() throws Exception {
    try (KeyServer server = new KeyServer()) {
      RemoteKeys keys = new RemoteKeys("the issuer", server.url());
      Authenticator authenticator =
          with(new Issuer(null, keys, null, ""), InstantSource.fixed(NOW));

      Authentication.Refused refused =
          refused(authenticator.authenticate(new Credentials.Token(CURVE.token(ANA)), HERE));

      assertThat(refused.closeReason()).isEqualTo(CloseReason.OVERLOADED);
      assertThat(refused.retryAfter()).isPositive();
    }
  }

  @Test
  void aKeyIsCheckedWithOrWithoutAccounts() {
    ApiKeyCheck keys =
        (key, from) ->
            new Authentication.Refused(
                Cause.INVALID, key.text() + " " + from.block().isLoopback(), null);

    assertThat(authenticator(null, keys).authenticate(new Credentials.Key("k"), HERE))
        .isEqualTo(new Authentication.Refused(Cause.INVALID, "k true", null));
  }

  @ParameterizedTest
  @CsvSource({"a.b.c, true", "a.b, false", "a.b.c.d, false", "abc, false", ".., true", "'', false"})
  void exactlyTwoDotsMakeAToken(String text, boolean token) {
    assertThat(Credentials.ofBearer(text) instanceof Credentials.Token).isEqualTo(token);
  }

  @Test
  void severalCredentialsMustBeTheSame() {
    Credentials one = new Credentials.Token("a.b.c");
    Credentials other = new Credentials.Token("a.b.d");

    assertThat(one.and(Credentials.none())).isEqualTo(one);
    assertThat(Credentials.none().and(one)).isEqualTo(one);
    assertThat(one.and(new Credentials.Token("a.b.c"))).isEqualTo(one);
    assertThat(one.and(other)).isEqualTo(new Credentials.Conflicting());
    assertThat(one.and(other).and(one)).isEqualTo(new Credentials.Conflicting());
    assertThat(one.and(new Credentials.Key("a.b.c"))).isEqualTo(new Credentials.Conflicting());
  }

  @Test
  void credentialsDoNotShowThemselves() {
    assertThat(new Credentials.Token("secret").toString()).doesNotContain("secret");
    assertThat(new Credentials.Key("secret").toString()).doesNotContain("secret");
  }
}
