package dev.tertulia.server.auth.token;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.token.Revocation.OfAll;
import dev.tertulia.server.auth.token.Revocation.OfClient;
import dev.tertulia.server.auth.token.Revocation.OfToken;
import dev.tertulia.server.auth.token.Revocation.Target;
import dev.tertulia.server.auth.token.Revocations.Result;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Partial;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Which tokens are refused after which revocation. The clock stands within a second.
final class RevocationsTest {
  private static final long SECOND = 1_795_946_400;
  private static final Target ANA = new OfClient(new ClientId("ana"));
  private static final String BASE64URL =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final TestKey KEY =
      TestKey.secret("HS256", null, "0123456789abcdef".repeat(4).getBytes(StandardCharsets.UTF_8));

  private final RevokedTokens tokens = new RevokedTokens();
  private final List<Revocation> stored = new ArrayList<>();
  private final List<Revocation> enforced = new ArrayList<>();
  private boolean diskWorks = true;
  private Instant now = Instant.ofEpochSecond(SECOND, 400_000_000);
  private final TokenVerifier verifier =
      new TokenVerifier(
          List.of(
              new Issuer("https://one", KeySource.of(List.of(KEY.verification())), null, "one:"),
              new Issuer("https://two", KeySource.of(List.of(KEY.verification())), null, "two:")),
          ClaimNames.DEFAULT,
          Duration.ZERO,
          Language.EN,
          () -> now,
          tokens);
  private final TokenVerifier single =
      new TokenVerifier(
          List.of(new Issuer(null, KeySource.of(List.of(KEY.verification())), null, "")),
          ClaimNames.DEFAULT,
          Duration.ZERO,
          Language.EN,
          () -> now,
          tokens);
  private Revocations revocations = started();

  private Revocations started() {
    return new Revocations(tokens, stored, this::change, this::enforce, () -> now);
  }

  private CompletionStage<Boolean> change(List<Revocation> put, List<Revocation> removed) {
    if (diskWorks) {
      stored.removeAll(removed);
      stored.removeAll(put);
      stored.addAll(put);
    }
    return CompletableFuture.completedFuture(diskWorks);
  }

  /// A rule is in force when connections are closed, so that none can open in between.
  private Partial<Integer> enforce(Revocation rule) {
    assertThat(tokens.all()).contains(rule);
    enforced.add(rule);
    return Partial.whole(3);
  }

  private Revocation revoke(Target target) {
    return revoke(target, null, null, null);
  }

  private Revocation revoke(
      Target target, @Nullable Instant before, @Nullable Instant expiry, @Nullable String id) {
    Result.InForce done = (Result.InForce) revocations.revoke(target, before, expiry, id);
    return done.rule();
  }

  private boolean undo(Revocation rule) {
    return requireNonNull(revocations.undo(rule.id())).toCompletableFuture().join();
  }

  private static String token(String claims) {
    return KEY.token("{\"exp\":%s,%s}".formatted(SECOND + 3_600, claims));
  }

  private Token issued(String client, long second) {
    return single.verify(token("\"sub\":\"%s\",\"iat\":%s".formatted(client, second)));
  }

  private static void assertAccepted(Token token) {
    assertThat(token).isInstanceOf(Token.Accepted.class);
  }

  private static void assertRefused(Token token, TokenProblem problem) {
    assertThat(token).isInstanceOf(Token.Refused.class);
    assertThat(((Token.Refused) token).problem()).isEqualTo(problem);
  }

  @Test
  void tokensOfAClientIssuedBeforeNowAreRefusedAndLaterOnesAccepted() {
    Revocation rule = revoke(ANA);

    assertThat(rule.tokensFrom()).isEqualTo(Instant.ofEpochSecond(SECOND + 1));
    assertRefused(issued("ana", SECOND - 1), TokenProblem.REVOKED_BEFORE);
    // Whether this one is older than the revocation, it does not tell.
    assertRefused(issued("ana", SECOND), TokenProblem.REVOKED_BEFORE);
    assertAccepted(issued("ana", SECOND + 1));
    assertAccepted(issued("bea", SECOND - 1));
    assertThat(enforced).containsExactly(rule);
  }

  @Test
  void aTokenThatDoesNotSayWhenItWasIssuedIsRefusedByThatName() {
    revoke(ANA);

    Token token = single.verify(token("\"sub\":\"ana\""));
    assertRefused(token, TokenProblem.NO_ISSUE_TIME);
    assertThat(((Token.Refused) token).message())
        .contains("'iat'", Instant.ofEpochSecond(SECOND + 1).toString());
    assertAccepted(single.verify(token("\"sub\":\"bea\"")));
  }

  @Test
  void allTokensIssuedBeforeAMomentAreRefused() {
    revoke(new OfAll(), Instant.ofEpochSecond(SECOND - 100, 1), null, null);

    assertRefused(issued("ana", SECOND - 100), TokenProblem.REVOKED_BEFORE);
    assertAccepted(issued("ana", SECOND - 99));
    assertThat(revoke(new OfAll(), Instant.ofEpochSecond(SECOND - 90), null, null).tokensFrom())
        .isEqualTo(Instant.ofEpochSecond(SECOND - 90));
    assertRefused(issued("bea", SECOND - 91), TokenProblem.REVOKED_BEFORE);
    assertAccepted(issued("bea", SECOND - 90));
  }

  /// A clock that is ahead can't lock everybody out.
  @Test
  void aMomentThatIsYetToComeIsNow() {
    Revocation rule = revoke(new OfAll(), Instant.ofEpochSecond(SECOND + 1_000), null, null);

    assertThat(rule.tokensFrom()).isEqualTo(Instant.ofEpochSecond(SECOND + 1));
  }

  @Test
  void anEarlierMomentLetsNothingPassThatWasRefused() {
    revoke(ANA);
    Revocation rule = revoke(ANA, Instant.ofEpochSecond(SECOND - 1_000), null, null);

    assertThat(rule.tokensFrom()).isEqualTo(Instant.ofEpochSecond(SECOND + 1));
    assertThat(stored).containsExactly(rule);
  }

  @Test
  void oneTokenIsRefusedHoweverItIsWritten() {
    String token = token("\"sub\":\"ana\",\"jti\":\"t-1\"");
    assertAccepted(single.verify(token));

    revoke(new OfToken("t-1", null));

    assertRefused(single.verify(token), TokenProblem.REVOKED);
    for (int i = 0; i < BASE64URL.length(); i++) {
      char last = BASE64URL.charAt(i);
      assertThat(single.verify(token.substring(0, token.length() - 1) + last))
          .isInstanceOf(Token.Refused.class);
    }
    for (String suffix : List.of("=", "==", " ", "\n", ".", "%3D")) {
      assertThat(single.verify(token + suffix)).isInstanceOf(Token.Refused.class);
    }
    assertAccepted(single.verify(token("\"sub\":\"ana\",\"jti\":\"t-2\"")));
    assertAccepted(single.verify(token("\"sub\":\"ana\"")));
  }

  @Test
  void aTokenOfOneIssuerIsNotThatOfAnother() {
    revoke(new OfToken("t-1", "https://one"));

    String claims = "\"sub\":\"ana\",\"jti\":\"t-1\",\"iss\":\"https://%s\"";
    assertRefused(verifier.verify(token(claims.formatted("one"))), TokenProblem.REVOKED);
    assertAccepted(verifier.verify(token(claims.formatted("two"))));
  }

  @Test
  void onlyTokensAreRevoked() {
    revoke(new OfAll());
    revoke(ANA);

    assertThat(tokens.isHit(Principal.open(new ClientId("ana")))).isFalse();
    assertThat(tokens.isHit(Principal.operator())).isFalse();
  }

  @Test
  void aRequestThatComesAgainRevokesNothingMore() {
    Revocation rule = revoke(ANA, null, null, "r-1");
    now = now.plusSeconds(10);

    assertThat(revoke(ANA, null, null, "r-1")).isEqualTo(rule);
    assertThat(enforced).hasSize(1);
    assertThat(revocations.revoke(new OfAll(), null, null, "r-1"))
        .isInstanceOf(Result.Conflict.class);
    assertAccepted(issued("ana", SECOND + 1));
  }

  @Test
  void aRevocationIsInForceThoughItCannotBeStored() {
    diskWorks = false;

    Result.InForce done = (Result.InForce) revocations.revoke(ANA, null, null, "r-1");

    assertThat(done.disconnected()).isEqualTo(Partial.whole(3));
    assertThat(done.stored().toCompletableFuture().join()).isFalse();
    assertRefused(issued("ana", SECOND), TokenProblem.REVOKED_BEFORE);
    diskWorks = true;
    revocations.revoke(ANA, null, null, "r-1");
    assertThat(stored).containsExactly(done.rule());
  }

  @Test
  void whatWasUndoneIsAcceptedOnceThatIsStored() {
    Revocation rule = revoke(ANA);
    diskWorks = false;
    assertThat(undo(rule)).isFalse();
    assertRefused(issued("ana", SECOND), TokenProblem.REVOKED_BEFORE);

    diskWorks = true;
    assertThat(undo(rule)).isTrue();
    assertAccepted(issued("ana", SECOND));
    assertThat(stored).isEmpty();
    assertThat(revocations.undo(rule.id())).isNull();
  }

  @Test
  void whatIsStoredIsInForceAfterTheNextStart() {
    Revocation rule = revoke(ANA);
    tokens.remove(rule);
    assertAccepted(issued("ana", SECOND));

    revocations = started();

    assertRefused(issued("ana", SECOND), TokenProblem.REVOKED_BEFORE);
    assertThat(revocations.all()).containsExactly(rule);
    assertThat(revoke(new OfAll()).id()).isGreaterThan(rule.id());
  }

  @Test
  void thereIsABoundAndWhatHasExpiredMakesRoom() {
    Instant soon = now.plusSeconds(60);
    for (int i = 0; i < RevokedTokens.MAX; i++) {
      tokens.put(new Revocation(i, new OfToken("t-" + i, null), null, i == 7 ? soon : null, null));
    }
    assertThat(revocations.revoke(ANA, null, null, null)).isInstanceOf(Result.Full.class);
    // One that is there already is replaced.
    assertThat(revoke(new OfToken("t-9", null)).id()).isPositive();

    now = soon;
    revoke(ANA);
    assertThat(tokens.size()).isEqualTo(RevokedTokens.MAX);
    assertThat(tokens.of(new OfToken("t-7", null))).isNull();
  }

  private static Principal session(@Nullable String id, @Nullable String issuer) {
    return new Principal(
        new ClientId("one:ana"),
        Principal.Kind.TOKEN,
        new Principal.Claims(null, null, Set.of(), issuer, id, Instant.ofEpochSecond(SECOND - 10)),
        Instant.ofEpochSecond(SECOND + 60));
  }

  @Test
  void whoSignsOutRevokesItsSessionAlone() {
    Result result = revocations.signOut(session("s1", "https://one"));
    assertThat(result).isInstanceOf(Result.InForce.class);
    assertThat(tokens.isHit(session("s1", "https://one"))).isTrue();
    assertThat(tokens.isHit(session("s2", "https://one"))).isFalse();
    assertThat(tokens.isHit(session("s1", "https://two"))).isFalse();
    assertThat(stored)
        .singleElement()
        .satisfies(rule -> assertThat(rule.expiry()).isEqualTo(Instant.ofEpochSecond(SECOND + 60)));
  }

  @Test
  void aSessionWithoutAnIdIsNotRevoked() {
    assertThat(revocations.signOut(session(null, "https://one"))).isNull();
    assertThat(revocations.signOut(session("x".repeat(513), "https://one"))).isNull();
    assertThat(revocations.signOut(session("x", "y".repeat(513)))).isNull();
    assertThat(stored).isEmpty();
  }

  /// People who sign out again and again don't keep operators from revoking.
  @Test
  void thoseWhoSignOutLeaveRoomForOperators() {
    Instant later = Instant.ofEpochSecond(SECOND + 100);
    for (int i = 0; i < RevokedTokens.MAX_OF_CLIENTS; i++) {
      stored.add(new Revocation(i + 1, new OfToken("t" + i, null), null, later, null));
    }
    revocations = started();
    assertThat(revocations.signOut(session("s1", null))).isInstanceOf(Result.Full.class);
    assertThat(revocations.revoke(ANA, null, null, null)).isInstanceOf(Result.InForce.class);
    now = later;
    stored.clear();
    assertThat(revocations.signOut(session("s1", null))).isInstanceOf(Result.InForce.class);
    assertThat(tokens.all()).as("what has expired makes room").hasSize(2);
  }
}
