package dev.tertulia.server.auth.oidc;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.Payload;
import dev.tertulia.server.auth.token.TokenSigner;
import dev.tertulia.server.auth.token.VerificationKey;
import java.util.Map;

/// The secret with which this server signs the sessions of people who signed in. Never shows what
/// it is made of. Safe for any thread.
public final class SessionKey {
  /// The `kid` of sessions.
  private static final String ID = "tertulia-session";

  /// The length of the secret, in bytes.
  public static final int BYTES = 32;

  private final byte[] secret;

  /// @throws IllegalArgumentException if the secret does not have [#BYTES]
  public SessionKey(byte[] secret) {
    if (secret.length != BYTES) {
      throw new IllegalArgumentException("a session key has %s bytes".formatted(BYTES));
    }
    this.secret = secret.clone();
  }

  /// What verifies the sessions.
  VerificationKey verification() {
    return VerificationKey.ofSecret(ID, secret);
  }

  /// A signed token with these claims.
  String sign(Map<String, Object> claims) {
    return TokenSigner.signed(
        new JWSHeader.Builder(JWSAlgorithm.HS256).type(JOSEObjectType.JWT).keyID(ID).build(),
        new Payload(claims),
        secret);
  }
}
