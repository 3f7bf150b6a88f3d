package dev.tertulia.server.auth.token;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import org.jspecify.annotations.Nullable;

/// The algorithms by which a token may be signed. `none` is not one of them.
enum SignatureAlgorithm {
  HS256(JWSAlgorithm.HS256),
  HS384(JWSAlgorithm.HS384),
  HS512(JWSAlgorithm.HS512),
  RS256(JWSAlgorithm.RS256),
  RS384(JWSAlgorithm.RS384),
  RS512(JWSAlgorithm.RS512),
  PS256(JWSAlgorithm.PS256),
  PS384(JWSAlgorithm.PS384),
  PS512(JWSAlgorithm.PS512),
  ES256(JWSAlgorithm.ES256),
  ES384(JWSAlgorithm.ES384),
  ES512(JWSAlgorithm.ES512),
  /// Ed25519 under the name of RFC 8037.
  EDDSA(JWSAlgorithm.EdDSA),
  /// Ed25519 under the name of RFC 9864.
  ED25519(JWSAlgorithm.Ed25519);

  /// Immutable, although its class does not say so in an annotation.
  @SuppressWarnings("Immutable")
  private final JWSHeader header;

  SignatureAlgorithm(JWSAlgorithm algorithm) {
    header = new JWSHeader(algorithm);
  }

  /// The algorithm named `alg`, in exactly these letters; `null` if it is not accepted.
  static @Nullable SignatureAlgorithm of(String alg) {
    for (SignatureAlgorithm each : values()) {
      if (each.wireName().equals(alg)) {
        return each;
      }
    }
    return null;
  }

  String wireName() {
    return header.getAlgorithm().getName();
  }

  /// A header with this algorithm and nothing else.
  JWSHeader header() {
    return header;
  }
}
