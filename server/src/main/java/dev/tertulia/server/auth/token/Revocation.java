package dev.tertulia.server.auth.token;

import dev.tertulia.server.model.ClientId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A rule by which tokens are refused that an issuer has signed. Immutable.
///
/// @param id of this rule; later rules have higher ones
/// @param tokensFrom tokens issued from then on are accepted, those issued before are not; `null`
///   if the rule is about one token. Whole seconds, as tokens have them
/// @param expiry from when on the rule is of no use, because what it refuses has expired; `null`
///   for never
/// @param request the id of the request that made it; `null` for none
public record Revocation(
    long id,
    Target target,
    @Nullable Instant tokensFrom,
    @Nullable Instant expiry,
    @Nullable String request) {
  /// The maximum length of the id of a token that can be revoked by it, and of its issuer, in
  /// characters.
  public static final int MAX_NAME = 512;

  /// What is refused.
  public sealed interface Target {}

  /// The tokens of a client.
  public record OfClient(ClientId client) implements Target {}

  /// One token.
  ///
  /// @param tokenId its `jti`
  /// @param issuer its `iss`; `null` for a token of any issuer
  public record OfToken(String tokenId, @Nullable String issuer) implements Target {}

  /// All tokens.
  public record OfAll() implements Target {}

  /// Whether the rule is no longer of use.
  public boolean isExpired(Instant now) {
    return expiry != null && !now.isBefore(expiry);
  }
}
