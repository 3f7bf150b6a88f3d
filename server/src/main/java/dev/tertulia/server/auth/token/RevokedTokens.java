package dev.tertulia.server.auth.token;

import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.token.Revocation.OfAll;
import dev.tertulia.server.auth.token.Revocation.OfClient;
import dev.tertulia.server.auth.token.Revocation.OfToken;
import dev.tertulia.server.auth.token.Revocation.Target;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The revocations in force: which tokens are refused though an issuer has signed them. A change is
/// in force for all checks that begin after it. Safe for any thread; never blocks.
///
/// There is at most one rule for a target, and at most [#MAX] in all.
public final class RevokedTokens {
  /// The maximum number of rules. One more is refused: see [Revocations].
  public static final int MAX = 100_000;

  /// The number of rules up to which people who sign out may add some: the rest is for operators.
  static final int MAX_OF_CLIENTS = 90_000;

  /// Written by [Revocations], one change at a time.
  private final Map<Target, Revocation> rules = new ConcurrentHashMap<>();

  /// Why a token is revoked.
  ///
  /// @param detail for the message of `problem`
  public record Hit(TokenProblem problem, String detail) {}

  /// Why a principal is refused; `null` if it is not. Only the owner of a token can be: others have
  /// none.
  public @Nullable Hit hit(Principal principal) {
    if (rules.isEmpty() || principal.kind() != Principal.Kind.TOKEN) {
      return null;
    }
    Principal.Claims claims = principal.claims();
    if (claims.tokenId() != null
        && (rules.containsKey(new OfToken(claims.tokenId(), claims.issuer()))
            || rules.containsKey(new OfToken(claims.tokenId(), null)))) {
      return new Hit(TokenProblem.REVOKED, "");
    }
    Hit hit = hit(rules.get(new OfAll()), claims.issuedAt());
    return hit == null ? hit(rules.get(new OfClient(principal.client())), claims.issuedAt()) : hit;
  }

  /// Whether a principal is refused.
  public boolean isHit(Principal principal) {
    return hit(principal) != null;
  }

  private static @Nullable Hit hit(@Nullable Revocation rule, @Nullable Instant issuedAt) {
    if (rule == null || rule.tokensFrom() == null) {
      return null;
    }
    if (issuedAt == null) {
      return new Hit(TokenProblem.NO_ISSUE_TIME, rule.tokensFrom().toString());
    }
    return issuedAt.isBefore(rule.tokensFrom())
        ? new Hit(TokenProblem.REVOKED_BEFORE, rule.tokensFrom().toString())
        : null;
  }

  /// All rules, oldest first.
  public List<Revocation> all() {
    return rules.values().stream().sorted(Comparator.comparingLong(Revocation::id)).toList();
  }

  /// Those that are no longer of use.
  List<Revocation> expired(Instant now) {
    return rules.values().stream().filter(rule -> rule.isExpired(now)).toList();
  }

  int size() {
    return rules.size();
  }

  @Nullable Revocation of(Target target) {
    return rules.get(target);
  }

  /// Puts a rule in force, in place of the one for its target.
  void put(Revocation rule) {
    rules.put(rule.target(), rule);
  }

  void remove(Revocation rule) {
    rules.remove(rule.target(), rule);
  }
}
