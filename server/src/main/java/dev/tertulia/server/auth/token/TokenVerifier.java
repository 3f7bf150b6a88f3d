package dev.tertulia.server.auth.token;

import dev.tertulia.server.auth.Grants;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.TokenJson;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Language;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Verifies tokens: JWTs (RFC 7519) that one of the configured issuers has signed. Safe for any
/// thread; never blocks, and does not throw for any token.
///
/// The keys of a token are those of its issuer, and nothing in the token adds one. What it says
/// counts only after its signature was verified. It must expire.
public final class TokenVerifier implements AutoCloseable {
  /// The maximum length of a token, in characters.
  public static final int MAX_LENGTH = 8 << 10;

  /// The maximum clock skew.
  public static final Duration MAX_SKEW = Duration.ofMinutes(5);

  /// The last second of the year 9999. Larger numbers are most likely milliseconds.
  private static final double LAST_SECOND = 253_402_300_799d;

  private static final Set<String> HEADERS = Set.of("alg", "kid", "typ", "crit", "b64");

  /// The values of `typ` for tokens of access, in lower case. Others, such as `logout+jwt`, have a
  /// different purpose.
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt");

  private final List<Issuer> issuers;
  private final ClaimNames names;
  private final Set<String> wanted;
  private final Duration skew;
  private final Language language;
  private final InstantSource clock;
  private final boolean cheap;
  private final RevokedTokens revoked;

  /// A verifier of tokens none of which is revoked.
  ///
  /// @see #TokenVerifier(List, ClaimNames, Duration, Language, InstantSource, RevokedTokens)
  public TokenVerifier(
      List<Issuer> issuers,
      ClaimNames names,
      Duration skew,
      Language language,
      InstantSource clock) {
    this(issuers, names, skew, language, clock, new RevokedTokens());
  }

  /// @param issuers see [Issuer] for the conditions under which there may be several
  /// @param skew how far the clocks of issuers may be from that of this server; an expiry is as
  ///   much later
  /// @param language of the messages
  /// @param revoked tokens that are refused though they are valid
  /// @throws IllegalArgumentException if the issuers can't stand beside each other, or the skew is
  ///   negative or more than [#MAX_SKEW]
  public TokenVerifier(
      List<Issuer> issuers,
      ClaimNames names,
      Duration skew,
      Language language,
      InstantSource clock,
      RevokedTokens revoked) {
    if (skew.isNegative() || skew.compareTo(MAX_SKEW) > 0) {
      throw new IllegalArgumentException(
          "the clock skew must be 0 to %s s".formatted(MAX_SKEW.toSeconds()));
    }
    this.issuers = Issuer.checked(issuers);
    this.names = names;
    this.skew = skew;
    this.language = language;
    this.clock = clock;
    cheap =
        issuers.stream()
            .allMatch(issuer ->
                issuer.keys() instanceof KeySource.Fixed fixed
                    && fixed.keys().keys().stream().allMatch(VerificationKey::isSecret));
    this.revoked = revoked;
    Set<String> claims = new HashSet<>(List.of("iss", "sub", "aud", "exp", "nbf", "iat", "jti"));
    for (String path : List.of(names.can(), names.name(), names.groups())) {
      claims.add(path);
      for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
        claims.add(path.substring(0, dot));
      }
    }
    wanted = Set.copyOf(claims);
  }

  /// Whether every token takes only some microseconds, because all issuers have secrets.
  boolean isCheap() {
    return cheap;
  }

  /// Verifies a token.
  public Token verify(String token) {
    try {
      Signed signed = read(token);
      if (find(signed)) {
        return new Token.Accepted(principal(signed));
      }
      return switch (signed.issuer.keys().renew()) {
        case KeySource.Renewal.Never _ -> refusedForGood(signed);
        case KeySource.Renewal.Later later -> unavailable(later.in());
        case KeySource.Renewal.Underway underway ->
            new Token.Pending(underway.done().thenApply(current -> again(signed, current)));
      };
    } catch (RefusedException e) {
      return e.refused(language);
    }
  }

  /// Closes the sources of keys.
  @Override
  public void close() {
    issuers.forEach(issuer -> issuer.keys().close());
  }

  /// A token whose parts were read. Nothing that it says is true yet.
  private record Signed(
      CompactToken token,
      SignatureAlgorithm algorithm,
      @Nullable String keyId,
      TokenJson claims,
      Issuer issuer) {}

  /// A token that is refused.
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final TokenProblem problem;

    RefusedException(TokenProblem problem, String detail) {
      super(detail, null, false, false);
      this.problem = problem;
    }

    Token.Refused refused(Language language) {
      String detail = getMessage() == null ? "" : getMessage();
      return new Token.Refused(problem, problem.message(language, detail), null);
    }
  }

  private Signed read(String text) throws RefusedException {
    if (text.length() > MAX_LENGTH) {
      throw new RefusedException(TokenProblem.TOO_LONG, Integer.toString(MAX_LENGTH));
    }
    CompactToken token = CompactToken.parse(text);
    if (token == null) {
      throw new RefusedException(TokenProblem.MALFORMED, "base64url");
    }
    TokenJson header = TokenJson.parse(token.header(), HEADERS);
    TokenJson claims = TokenJson.parse(token.payload(), wanted);
    if (header == null || claims == null) {
      throw new RefusedException(TokenProblem.MALFORMED, "JSON");
    }
    SignatureAlgorithm algorithm =
        header.get("alg") instanceof String alg ? SignatureAlgorithm.of(alg) : null;
    if (algorithm == null) {
      throw new RefusedException(TokenProblem.ALGORITHM, "");
    }
    for (String critical : List.of("crit", "b64")) {
      if (header.get(critical) != null) {
        throw new RefusedException(TokenProblem.HEADER, critical);
      }
    }
    Object type = header.get("typ");
    if (type != null && !(type instanceof String name && isAccess(name))) {
      throw new RefusedException(TokenProblem.HEADER, "typ");
    }
    Object keyId = header.get("kid");
    if (keyId != null && !(keyId instanceof String)) {
      throw new RefusedException(TokenProblem.HEADER, "kid");
    }
    return new Signed(token, algorithm, (String) keyId, claims, issuer(claims));
  }

  private static boolean isAccess(String type) {
    String lower = type.toLowerCase(Locale.ROOT);
    return TYPES.contains(
        lower.startsWith("application/") ? lower.substring("application/".length()) : lower);
  }

  private Issuer issuer(TokenJson claims) throws RefusedException {
    String name = text(claims.get("iss"), "iss");
    for (Issuer issuer : issuers) {
      if (issuer.name() == null || issuer.name().equals(name)) {
        return issuer;
      }
    }
    throw new RefusedException(TokenProblem.ISSUER, "");
  }

  /// Whether one of the issuer's keys has signed the token.
  ///
  /// @return `false` if a key is missing that newer keys of the issuer may contain
  /// @throws RefusedException if the key is there, and has not signed it
  private static boolean find(Signed signed) throws RefusedException {
    KeySet keys = signed.issuer.keys().keys();
    boolean named = keys.contains(signed.keyId);
    List<VerificationKey> candidates = keys.candidates(signed.keyId, signed.algorithm);
    for (VerificationKey key : candidates) {
      if (key.verifies(signed.algorithm, signed.token.signed(), signed.token.signature())) {
        return true;
      }
    }
    if (named) {
      throw new RefusedException(
          candidates.isEmpty() ? TokenProblem.ALGORITHM : TokenProblem.SIGNATURE, "");
    }
    return false;
  }

  /// The decision after keys were fetched.
  ///
  /// @param current whether a key that is still missing does not exist
  private Token.Decided again(Signed signed, boolean current) {
    try {
      if (find(signed)) {
        return new Token.Accepted(principal(signed));
      }
      return current ? refusedForGood(signed) : unavailable(RemoteKeys.MIN_PAUSE);
    } catch (RefusedException e) {
      return e.refused(language);
    }
  }

  private Token.Refused refusedForGood(Signed signed) {
    KeySet keys = signed.issuer.keys().keys();
    TokenProblem problem;
    if (!keys.candidates(signed.keyId, signed.algorithm).isEmpty()) {
      problem = TokenProblem.SIGNATURE;
    } else {
      problem = signed.keyId == null ? TokenProblem.ALGORITHM : TokenProblem.KEY;
    }
    return new Token.Refused(problem, problem.message(language, ""), null);
  }

  private Token.Refused unavailable(Duration retryAfter) {
    TokenProblem problem = TokenProblem.KEYS_UNAVAILABLE;
    String seconds = Long.toString(retryAfter.plusMillis(999).toSeconds());
    return new Token.Refused(problem, problem.message(language, seconds), retryAfter);
  }

  /// What a verified token says.
  private Principal principal(Signed signed) throws RefusedException {
    TokenJson claims = signed.claims;
    Instant now = clock.instant();
    Instant expiry = time(claims, "exp");
    if (expiry == null) {
      throw new RefusedException(TokenProblem.MISSING, "exp");
    }
    expiry = expiry.plus(skew);
    if (!now.isBefore(expiry)) {
      throw new RefusedException(TokenProblem.EXPIRED, "");
    }
    Instant notBefore = time(claims, "nbf");
    if (notBefore != null && now.plus(skew).isBefore(notBefore)) {
      throw new RefusedException(TokenProblem.NOT_YET_VALID, "");
    }
    Issuer issuer = signed.issuer;
    if (issuer.audience() != null && !audiences(claims.get("aud")).contains(issuer.audience())) {
      throw new RefusedException(TokenProblem.AUDIENCE, "");
    }
    List<String> can = texts(claims.at(names.can()), names.can());
    List<String> groups = texts(claims.at(names.groups()), names.groups());
    Principal principal =
        new Principal(
            client(issuer, text(claims.get("sub"), "sub")),
            Principal.Kind.TOKEN,
            new Principal.Claims(
                name(claims),
                can == null ? null : Grants.parse(can),
                groups == null ? Set.of() : Set.copyOf(groups),
                // The text of the configuration, which all tokens share, is the same.
                issuer.name() != null ? issuer.name() : text(claims.get("iss"), "iss"),
                text(claims.get("jti"), "jti"),
                time(claims, "iat")),
            expiry);
    RevokedTokens.Hit hit = revoked.hit(principal);
    if (hit != null) {
      throw new RefusedException(hit.problem(), hit.detail());
    }
    return principal;
  }

  /// What people call the client, as long as a sender may be; an empty name is none.
  private @Nullable String name(TokenJson claims) throws RefusedException {
    String name = text(claims.at(names.name()), names.name());
    if (name == null || name.isEmpty()) {
      return null;
    }
    if (!TextRule.SENDER.fits(name)) {
      throw new RefusedException(TokenProblem.NAME_TOO_LONG, names.name());
    }
    return name;
  }

  private static ClientId client(Issuer issuer, @Nullable String subject) throws RefusedException {
    if (subject == null) {
      throw new RefusedException(TokenProblem.MISSING, "sub");
    }
    String id = issuer.idPrefix() + subject;
    if (subject.isEmpty() || !Identifier.isValid(id) || new ClientId(id).isReserved()) {
      throw new RefusedException(TokenProblem.SUBJECT, "");
    }
    return new ClientId(id);
  }

  private static @Nullable String text(@Nullable Object value, String name)
      throws RefusedException {
    if (value == null) {
      return null;
    }
    if (value instanceof String text && JsonText.isText(text)) {
      return text;
    }
    throw new RefusedException(TokenProblem.NOT_TEXT, name);
  }

  private static @Nullable List<String> texts(@Nullable Object value, String name)
      throws RefusedException {
    if (value == null) {
      return null;
    }
    if (value instanceof String text) {
      return Arrays.stream(text.split(" ")).filter(word -> !word.isEmpty()).toList();
    }
    if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    throw new RefusedException(TokenProblem.NOT_TEXTS, name);
  }

  /// An audience is one text, in which a space is a space, or a list.
  private static List<String> audiences(@Nullable Object value) throws RefusedException {
    if (value instanceof String one) {
      return List.of(one);
    }
    List<String> all = texts(value, "aud");
    return all == null ? List.of() : all;
  }

  private static @Nullable Instant time(TokenJson claims, String name) throws RefusedException {
    Object value = claims.get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Double seconds) || seconds < 0 || seconds >= LAST_SECOND + 1) {
      throw new RefusedException(TokenProblem.NOT_A_TIME, name);
    }
    double whole = Math.floor(seconds);
    return Instant.ofEpochSecond((long) whole, (long) ((seconds - whole) * 1e9));
  }
}
