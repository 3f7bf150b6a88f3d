package dev.tertulia.server.auth.token;

import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.testing.TestTokens;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// What the fuzzer calls. A verifier decides on anything without an exception. It accepts nothing
/// that its issuer has not signed; and of what the issuer signs, only what makes a client with a
/// sound id, and an end.
public final class TokensTarget {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final TokenVerifier VERIFIER =
      new TokenVerifier(
          List.of(
              new Issuer(
                  null,
                  KeySource.of(
                      List.of(
                          VerificationKey.ofSecret(
                              null, TestTokens.SECRET.getBytes(StandardCharsets.UTF_8)))),
                  null,
                  "")),
          ClaimNames.DEFAULT,
          Duration.ofSeconds(10),
          Language.EN,
          InstantSource.fixed(NOW));

  /// A token that is valid.
  static final String VALID = TestTokens.of("ana", NOW.plusSeconds(3_600));

  private TokensTarget() {}

  /// Called by name, again and again.
  public static void fuzzerTestOneInput(byte[] input) {
    String token = new String(input, StandardCharsets.ISO_8859_1);
    if (VERIFIER.verify(token) instanceof Token.Accepted && !token.equals(VALID)) {
      throw new AssertionError("accepted what nobody has signed: " + token);
    }
    // Quotation marks are single, so that both kinds occur.
    String claims = new String(input, StandardCharsets.UTF_8);
    if (VERIFIER.verify(TestTokens.signed(claims)) instanceof Token.Accepted accepted) {
      check(accepted.principal());
    }
  }

  private static void check(Principal principal) {
    String id = principal.client().value();
    if (!Identifier.isValid(id) || principal.client().isReserved()) {
      throw new AssertionError("accepted the client " + id);
    }
    if (principal.expiry() == null || principal.isExpired(NOW)) {
      throw new AssertionError("accepted a token that has expired, or never does");
    }
  }
}
