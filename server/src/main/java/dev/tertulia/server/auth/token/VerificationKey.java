package dev.tertulia.server.auth.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A key that verifies signatures of tokens. It contains a check for each algorithm that fits its
/// kind, and no other: a public key can't verify an HMAC. Safe for any thread; never shows what it
/// is made of.
public final class VerificationKey {
  /// The minimum length of a secret, in bytes: that of the hash of HS256. HS384 and HS512 need
  /// secrets of at least 48 and 64 bytes.
  public static final int MIN_SECRET_BYTES = 32;

  /// The minimum length of an RSA modulus, in bits.
  static final int MIN_RSA_BITS = 2048;

  /// The maximum length of an RSA modulus, in bits: longer ones make each token expensive.
  static final int MAX_RSA_BITS = 8192;

  private static final String PEM_BEGIN = "-----BEGIN ";

  private final @Nullable String id;
  private final Map<SignatureAlgorithm, Check> checks;

  /// A check of one signature.
  private interface Check {
    /// @param signature without padding, in the canonical form
    boolean passes(byte[] signed, Base64URL signature)
        throws JOSEException, GeneralSecurityException;
  }

  private VerificationKey(@Nullable String id, Map<SignatureAlgorithm, Check> checks) {
    this.id = id;
    this.checks = checks;
  }

  /// A shared secret.
  ///
  /// @param id the `kid` of tokens signed with it; `null` for any
  /// @throws IllegalArgumentException if the secret is too short, or is a key in PEM
  public static VerificationKey ofSecret(@Nullable String id, byte[] secret) {
    if (secret.length < MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "the secret has %s bytes, but needs at least %s: make one with 'openssl rand -base64 48'"
              .formatted(secret.length, MIN_SECRET_BYTES));
    }
    if (new String(secret, StandardCharsets.ISO_8859_1).contains(PEM_BEGIN)) {
      throw new IllegalArgumentException(
          "the secret is a key in PEM, and not a secret: configure it as a public key");
    }
    Map<SignatureAlgorithm, Check> checks = new EnumMap<>(SignatureAlgorithm.class);
    try {
      MACVerifier verifier = new MACVerifier(secret);
      add(checks, SignatureAlgorithm.HS256, verifier);
      if (secret.length >= 48) {
        add(checks, SignatureAlgorithm.HS384, verifier);
      }
      if (secret.length >= 64) {
        add(checks, SignatureAlgorithm.HS512, verifier);
      }
    } catch (JOSEException e) {
      throw new IllegalArgumentException("the secret is not usable", e);
    }
    return new VerificationKey(id, checks);
  }

  /// A public key: RSA, P-256, P-384, P-521 or Ed25519.
  ///
  /// @param id the `kid` of tokens signed with it; `null` for any
  /// @throws IllegalArgumentException if the key is of another kind, or too short or too long
  public static VerificationKey ofPublic(@Nullable String id, PublicKey key) {
    return ofPublic(id, key, null);
  }

  /// @param only the only algorithm for which the key is meant; `null` for all that fit it
  static VerificationKey ofPublic(
      @Nullable String id, PublicKey key, @Nullable SignatureAlgorithm only) {
    Map<SignatureAlgorithm, Check> checks = checksOf(key);
    if (only != null) {
      checks.keySet().retainAll(Set.of(only));
      if (checks.isEmpty()) {
        throw new IllegalArgumentException(
            "the algorithm " + only.wireName() + " does not fit the kind of key");
      }
    }
    return new VerificationKey(id, checks);
  }

  /// The `kid` of tokens signed with this key; `null` for any.
  @Nullable String id() {
    return id;
  }

  /// Whether this is a shared secret, whose signatures are cheap to verify.
  boolean isSecret() {
    return supports(SignatureAlgorithm.HS256);
  }

  boolean supports(SignatureAlgorithm algorithm) {
    return checks.containsKey(algorithm);
  }

  /// Whether `signature` is that of `signed`.
  boolean verifies(SignatureAlgorithm algorithm, byte[] signed, Base64URL signature) {
    Check check = checks.get(algorithm);
    try {
      return check != null && check.passes(signed, signature);
    } catch (JOSEException | GeneralSecurityException malformed) {
      return false;
    }
  }

  private static Map<SignatureAlgorithm, Check> checksOf(PublicKey key) {
    Map<SignatureAlgorithm, Check> checks = new EnumMap<>(SignatureAlgorithm.class);
    switch (key) {
      case RSAPublicKey rsa -> {
        int bits = rsa.getModulus().bitLength();
        if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
          throw new IllegalArgumentException(
              "the RSA key has %s bits, but needs %s to %s"
                  .formatted(bits, MIN_RSA_BITS, MAX_RSA_BITS));
        }
        RSASSAVerifier verifier = new RSASSAVerifier(rsa);
        add(checks, SignatureAlgorithm.RS256, verifier);
        add(checks, SignatureAlgorithm.RS384, verifier);
        add(checks, SignatureAlgorithm.RS512, verifier);
        add(checks, SignatureAlgorithm.PS256, verifier);
        add(checks, SignatureAlgorithm.PS384, verifier);
        add(checks, SignatureAlgorithm.PS512, verifier);
      }
      case ECPublicKey curve -> {
        try {
          ECDSAVerifier verifier = new ECDSAVerifier(curve);
          for (SignatureAlgorithm each : SignatureAlgorithm.values()) {
            if (verifier.supportedJWSAlgorithms().contains(each.header().getAlgorithm())) {
              add(checks, each, verifier);
            }
          }
        } catch (JOSEException e) {
          throw new IllegalArgumentException("the curve is not supported", e);
        }
        if (checks.isEmpty()) {
          throw new IllegalArgumentException("the curve is not P-256, P-384 or P-521");
        }
      }
      case EdECPublicKey edwards
          when edwards.getParams().getName().equals(NamedParameterSpec.ED25519.getName()) -> {
        Check check = (signed, signature) -> verifyEd25519(edwards, signed, signature.decode());
        checks.put(SignatureAlgorithm.EDDSA, check);
        checks.put(SignatureAlgorithm.ED25519, check);
      }
      default ->
          throw new IllegalArgumentException("the key is not RSA, P-256, P-384, P-521 or Ed25519");
    }
    return checks;
  }

  private static boolean verifyEd25519(EdECPublicKey key, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(key);
    verifier.update(signed);
    return verifier.verify(signature);
  }

  private static void add(
      Map<SignatureAlgorithm, Check> checks, SignatureAlgorithm algorithm, JWSVerifier verifier) {
    checks.put(
        algorithm, (signed, signature) -> verifier.verify(algorithm.header(), signed, signature));
  }
}
