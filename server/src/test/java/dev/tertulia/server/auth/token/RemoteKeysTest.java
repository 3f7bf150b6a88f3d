package dev.tertulia.server.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Keys that come from a real server, by a clock that the test turns.
final class RemoteKeysTest {
  private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");
  private static final String ANA = "{\"sub\":\"ana\",\"exp\":9999999999}";
  private static final TestKey ONE = TestKey.curve("ES256", "one");
  private static final TestKey TWO = TestKey.curve("ES256", "two");
  private static final Duration INTERVAL = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(200);

  private final ManualTimer timer = new ManualTimer();
  private KeyServer server;
  private RemoteKeys keys;
  private TokenVerifier verifier;

  @BeforeEach
  void start() throws IOException {
    server = new KeyServer();
    use(TestServer.PATIENCE);
  }

  private void use(Duration timeout) {
    keys =
        new RemoteKeys(
            "the issuer", new JwksRequest(server.url(), timeout), INTERVAL, timer, timer::nanos);
    verifier =
        new TokenVerifier(
            List.of(new Issuer(null, keys, null, "")),
            ClaimNames.DEFAULT,
            Duration.ZERO,
            Language.EN,
            InstantSource.fixed(NOW));
  }

  @AfterEach
  void stop() {
    verifier.close();
    server.close();
  }

  /// Time stands still until the test lets it pass.
  private static final class ManualTimer implements RemoteKeys.Timer {
    private record Task(long due, Runnable work) {}

    private final List<Task> tasks = new ArrayList<>();
    private long nanos = Long.MIN_VALUE + 7;

    @Override
    public synchronized void after(Duration delay, Runnable task) {
      tasks.add(new Task(nanos + delay.toNanos(), task));
    }

    synchronized long nanos() {
      return nanos;
    }

    synchronized int size() {
      return tasks.size();
    }

    void pass(Duration time) {
      List<Task> due = new ArrayList<>();
      synchronized (this) {
        nanos += time.toNanos();
        for (Task task : List.copyOf(tasks)) {
          if (task.due - nanos <= 0) {
            due.add(task);
            tasks.remove(task);
          }
        }
      }
      due.forEach(task -> task.work.run());
    }
  }

  /// Fetches the keys that are published, for the first time.
  private void fetch() {
    keys.start();
    awaitFetches(1);
  }

  /// Waits until so many fetches have ended: each sets a timer for the next one.
  private void awaitFetches(int count) {
    await().atMost(TestServer.PATIENCE).until(() -> server.requests() == count);
    awaitTimer();
  }

  private void awaitTimer() {
    await().atMost(TestServer.PATIENCE).until(() -> timer.size() > 0);
  }

  private static Token.Decided decided(Token token) throws Exception {
    return switch (token) {
      case Token.Decided decided -> decided;
      case Token.Pending pending ->
          pending
              .decision()
              .toCompletableFuture()
              .get(TestServer.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    };
  }

  private static void assertAccepted(Token token) {
    assertThat(token).isInstanceOf(Token.Accepted.class);
  }

  private static void assertRefused(Token token, TokenProblem problem) {
    assertThat(token).isInstanceOf(Token.Refused.class);
    assertThat(((Token.Refused) token).problem()).isEqualTo(problem);
  }

  private static Duration retryAfter(Token token) {
    assertRefused(token, TokenProblem.KEYS_UNAVAILABLE);
    return Objects.requireNonNull(((Token.Refused) token).retryAfter());
  }

  @Test
  void verifiesWithPublishedKeysOfEachKind() {
    TestKey rsa = TestKey.rsa("PS256", "r");
    TestKey edwards = TestKey.edwards("d");
    server.publish(ONE, rsa, edwards);
    fetch();

    for (TestKey key : List.of(ONE, rsa, rsa.with("RS256"), edwards)) {
      assertAccepted(verifier.verify(key.token(ANA)));
    }
  }

  @Test
  void aTokenBeforeTheFirstKeysWaitsForThem() throws Exception {
    CountDownLatch released = server.hang();
    keys.start();
    Token early = verifier.verify(ONE.token(ANA));
    assertThat(early).isInstanceOf(Token.Pending.class);

    server.publish(ONE);
    released.countDown();

    assertAccepted(decided(early));
  }

  @Test
  void aTokenBeforeTheStartHasTheKeysFetched() throws Exception {
    server.publish(ONE);

    assertAccepted(decided(verifier.verify(ONE.token(ANA))));
  }

  /// Each in the middle of good keys.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kty\":\"EC\",\"kid\":\"x\",\"crv\":\"P-999\",\"x\":\"AA\",\"y\":\"AA\"}",
        "{\"kty\":\"EC\",\"kid\":\"x\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
        "{\"kty\":\"OKP\",\"kid\":\"x\",\"crv\":\"Ed448\",\"x\":\"AAAA\"}",
        "{\"kty\":\"OKP\",\"kid\":\"x\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
        "{\"kty\":\"AKP\",\"kid\":\"x\",\"alg\":\"ML-DSA-44\",\"pub\":\"AAAA\"}",
        "{\"kty\":\"RSA\",\"kid\":\"x\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        "{\"kty\":\"oct\",\"kid\":\"x\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}",
        "{\"kid\":\"x\"}",
        "{}",
        "7",
        "null",
        "[[]]"
      })
  void aKeyThatCanNotBeUsedIsSkippedAndTheOthersVerify(String bad) throws IOException {
    server.publish(List.of(ONE.jwk(), bad, TWO.jwk()));
    fetch();

    assertAccepted(verifier.verify(ONE.token(ANA)));
    assertAccepted(verifier.verify(TWO.token(ANA)));
    assertThat(keys.keys().keys()).hasSize(2);
    assertThat(
            JwkSet.parse(("{\"keys\":[" + bad + "]}").getBytes(StandardCharsets.UTF_8)).skipped())
        .hasSize(1);
  }

  @Test
  void aKeyForAnotherUseOrAlgorithmVerifiesNothing() throws IOException {
    for (String field : List.of("\"use\":\"enc\"", "\"key_ops\":[\"sign\"]", "\"alg\":\"ES512\"")) {
      String jwk = ONE.jwk().replaceFirst("\\{", "{" + field + ",");
      JwkSet set = JwkSet.parse(("{\"keys\":[" + jwk + "]}").getBytes(StandardCharsets.UTF_8));

      assertThat(set.keys().keys()).as(jwk).isEmpty();
    }
  }

  /// A private key that is published signs for anybody.
  @Test
  void aKeyThatIsPublishedWithItsPrivatePartVerifiesNothing() throws Exception {
    RSAKey rsa = new RSAKeyGenerator(2048).keyID("x").generate();
    ECKey curve = new ECKeyGenerator(Curve.P_256).keyID("x").generate();
    for (JWK key : List.of(rsa, curve)) {
      assertThat(parse(key.toPublicJWK().toJSONString()).keys().keys()).hasSize(1);
      JwkSet set = parse(key.toJSONString());

      assertThat(set.keys().keys()).isEmpty();
      assertThat(set.skipped()).singleElement(STRING).contains("private part");
    }
  }

  private static JwkSet parse(String jwk) throws IOException {
    return JwkSet.parse(("{\"keys\":[" + jwk + "]}").getBytes(StandardCharsets.UTF_8));
  }

  /// Such a secret is public, and anybody could sign with it.
  @Test
  void aPublishedSecretVerifiesNothing() throws Exception {
    TestKey secret = TestKey.secret("HS256", "s", new byte[32]);
    server.publish(
        List.of(
            "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"" + TestKey.encode("\0".repeat(32)) + "\"}"));
    fetch();

    assertThat(decided(verifier.verify(secret.token(ANA)))).isInstanceOf(Token.Refused.class);
  }

  @Test
  void tenThousandInventedKeyIdsCauseOneFetchAndARotatedKeyWorksAfterThirtySeconds()
      throws Exception {
    server.publish(ONE);
    fetch();
    timer.pass(RemoteKeys.MIN_PAUSE);
    String good = ONE.token(ANA);
    String payload = good.substring(good.indexOf('.'));

    for (int i = 0; i < 10_000; i++) {
      String header = "{\"alg\":\"ES256\",\"kid\":\"invented" + i + "\"}";
      Token flood = verifier.verify(TestKey.encode(header) + payload);
      assertThat(flood).isNotInstanceOf(Token.Accepted.class);
      assertThat(decided(flood)).isInstanceOf(Token.Refused.class);
      if (i % 100 == 0) {
        assertAccepted(verifier.verify(good));
      }
    }
    assertThat(server.requests()).isEqualTo(2);

    server.publish(TWO);
    assertThat(retryAfter(verifier.verify(TWO.token(ANA)))).isEqualTo(RemoteKeys.MIN_PAUSE);
    timer.pass(RemoteKeys.MIN_PAUSE);
    assertAccepted(decided(verifier.verify(TWO.token(ANA))));
    assertThat(server.requests()).isEqualTo(3);
  }

  /// Nobody needs to come again to have them fetched.
  @Test
  void keysThatWereMissedAreFetchedAsSoonAsThatIsAllowed() {
    server.publish(ONE);
    fetch();
    server.publish(TWO);
    assertThat(retryAfter(verifier.verify(TWO.token(ANA)))).isEqualTo(RemoteKeys.MIN_PAUSE);

    timer.pass(RemoteKeys.MIN_PAUSE.minusNanos(1));
    assertThat(server.requests()).isEqualTo(1);
    timer.pass(Duration.ofNanos(1));
    awaitFetches(2);
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() -> assertAccepted(verifier.verify(TWO.token(ANA))));
  }

  @Test
  void aKeyThatTheIssuerDoesNotHaveIsRefusedForGoodAfterAFetch() throws Exception {
    server.publish(ONE);
    fetch();
    timer.pass(RemoteKeys.MIN_PAUSE);

    Token.Decided refused = decided(verifier.verify(TWO.token(ANA)));

    assertRefused(refused, TokenProblem.KEY);
    assertThat(((Token.Refused) refused).retryAfter()).isNull();
  }

  @Test
  void keysThatAreThereVerifyWhileTheServerHangs() throws Exception {
    server.publish(ONE);
    fetch();
    CountDownLatch released = server.hang();
    timer.pass(INTERVAL);
    await().atMost(TestServer.PATIENCE).until(() -> server.requests() == 2);

    assertAccepted(verifier.verify(ONE.token(ANA)));
    Token waiting = verifier.verify(TWO.token(ANA));
    assertThat(waiting).isInstanceOf(Token.Pending.class);

    server.publish(ONE, TWO);
    released.countDown();
    assertAccepted(decided(waiting));
  }

  /// What was being fetched may be older than the key.
  @Test
  void aKeyThatIsMissingInWhatWasBeingFetchedAlreadyMayComeLater() throws Exception {
    server.publish(ONE);
    fetch();
    CountDownLatch released = server.hang();
    timer.pass(INTERVAL);
    await().atMost(TestServer.PATIENCE).until(() -> server.requests() == 2);
    Token waiting = verifier.verify(TWO.token(ANA));

    server.publish(ONE);
    released.countDown();

    assertThat(retryAfter(decided(waiting))).isEqualTo(RemoteKeys.MIN_PAUSE);
  }

  @Test
  void thoseThatWaitForOneFetchHaveABound() {
    server.hang();
    keys.start();
    String token = ONE.token(ANA);
    for (int i = 0; i < RemoteKeys.MAX_WAITING; i++) {
      assertThat(verifier.verify(token)).isInstanceOf(Token.Pending.class);
    }

    retryAfter(verifier.verify(token));
  }

  @Test
  void aServerThatSendsOnlyTheBeginningIsGivenUp() throws Exception {
    use(SHORT);
    server.hangInBody();
    keys.start();
    awaitTimer();
    server.publish(ONE);
    timer.pass(RemoteKeys.FIRST_PAUSE);

    assertAccepted(decided(verifier.verify(ONE.token(ANA))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "{}",
        "[]",
        "{\"keys\":{}}",
        "{\"keys\":[],\"keys\":[]}",
        "{\"keys\":[",
        "{\"keys\":[7"
      })
  void theLastGoodKeysRemainWhileAResponseIsNoKeySet(String body) {
    server.publish(ONE);
    fetch();
    server.respond(200, body);
    timer.pass(INTERVAL);
    awaitFetches(2);

    assertAccepted(verifier.verify(ONE.token(ANA)));
  }

  @Test
  void theLastGoodKeysRemainWhileTheServerErrsOrSendsTooMuch() {
    server.publish(ONE);
    fetch();
    server.respond(500, "{\"keys\":[]}");
    timer.pass(INTERVAL);
    awaitFetches(2);
    assertAccepted(verifier.verify(ONE.token(ANA)));

    server.respond(200, "{\"keys\":[]" + " ".repeat(JwksRequest.MAX_BYTES) + "}");
    timer.pass(RemoteKeys.MIN_PAUSE);
    awaitFetches(3);
    assertAccepted(verifier.verify(ONE.token(ANA)));

    server.respond(200, "{\"keys\":[{}" + ",{}".repeat(KeySet.MAX_KEYS) + "]}");
    timer.pass(RemoteKeys.MIN_PAUSE.multipliedBy(2));
    awaitFetches(4);
    assertAccepted(verifier.verify(ONE.token(ANA)));

    server.redirectTo("/elsewhere", "{\"keys\":[]}");
    timer.pass(RemoteKeys.MIN_PAUSE.multipliedBy(4));
    awaitFetches(5);
    assertAccepted(verifier.verify(ONE.token(ANA)));
  }

  @Test
  void attemptsComeAtGrowingIntervals() {
    keys.start();
    awaitFetches(1);
    List<Long> pauses = List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L);
    int fetches = 1;
    for (long seconds : pauses) {
      Duration pause = Duration.ofSeconds(seconds);
      assertThat(retryAfter(verifier.verify(ONE.token(ANA)))).isEqualTo(pause);
      timer.pass(pause.minusNanos(1));
      assertThat(server.requests()).isEqualTo(fetches);
      timer.pass(Duration.ofNanos(1));
      awaitFetches(++fetches);
    }
  }

  @Test
  void aWithdrawnKeyIsRefusedAfterTheNextFetch() throws Exception {
    server.publish(ONE, TWO);
    fetch();
    assertAccepted(verifier.verify(ONE.token(ANA)));

    server.publish(TWO);
    timer.pass(INTERVAL);
    awaitFetches(2);
    timer.pass(RemoteKeys.MIN_PAUSE);

    assertRefused(decided(verifier.verify(ONE.token(ANA))), TokenProblem.KEY);
    assertAccepted(verifier.verify(TWO.token(ANA)));
  }

  @Test
  void aKeyWithdrawnWithoutASuccessorIsRefused() throws Exception {
    server.publish(ONE);
    fetch();
    server.publish();
    timer.pass(INTERVAL);
    awaitFetches(2);
    timer.pass(RemoteKeys.MIN_PAUSE);

    assertRefused(decided(verifier.verify(ONE.token(ANA))), TokenProblem.KEY);
  }

  /// Without a `kid`, only the signature shows that there is a new key.
  @Test
  void aReplacedKeyWithoutAnIdIsFetchedToo() throws Exception {
    server.publish(ONE.named(null));
    fetch();
    timer.pass(RemoteKeys.MIN_PAUSE);
    server.publish(TWO.named(null));

    assertAccepted(decided(verifier.verify(TWO.named(null).token(ANA))));
    assertRefused(verifier.verify(ONE.named(null).token(ANA)), TokenProblem.KEYS_UNAVAILABLE);
  }

  /// A token without a `kid` could make the server try every key.
  @Test
  void fewKeysAreTriedForATokenThatNamesNone() {
    KeySet many = new KeySet(Collections.nCopies(50, ONE.verification()));

    assertThat(many.candidates(null, SignatureAlgorithm.ES256)).hasSize(KeySet.MAX_TRIED);
  }

  @Test
  void afterItsEndNothingIsFetched() throws Exception {
    CountDownLatch released = server.hang();
    keys.start();
    Token waiting = verifier.verify(ONE.token(ANA));
    keys.close();

    retryAfter(decided(waiting));
    released.countDown();
    retryAfter(verifier.verify(ONE.token(ANA)));
    assertThat(timer.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ftp://host/keys", "file:///keys", "/keys", "https:keys", "https://me:pass@host/"})
  void aUrlThatCanNotBeUsedIsRefused(String url) {
    assertThatThrownBy(() -> new RemoteKeys("the issuer", URI.create(url)))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("pass@");
  }
}
