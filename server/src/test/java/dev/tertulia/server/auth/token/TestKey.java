package dev.tertulia.server.auth.token;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// A key that signs tokens, with the JDK's cryptography alone.
///
/// @param alg the `alg` of its tokens
/// @param id the `kid` of its tokens; `null` for none
record TestKey(String alg, @Nullable String id, Key signing, @Nullable PublicKey verifying) {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  static TestKey secret(String alg, @Nullable String id, byte[] secret) {
    return new TestKey(alg, id, new SecretKeySpec(secret, "Hmac"), null);
  }

  /// One as short as is taken: a longer one, such as the JDK makes, takes seconds to find.
  static TestKey rsa(String alg, @Nullable String id) {
    return rsa(alg, id, 2048);
  }

  static TestKey rsa(String alg, @Nullable String id, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      KeyPair pair = generator.generateKeyPair();
      return new TestKey(alg, id, pair.getPrivate(), pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static TestKey curve(String alg, @Nullable String id) {
    String curve =
        switch (alg) {
          case "ES256" -> "secp256r1";
          case "ES384" -> "secp384r1";
          default -> "secp521r1";
        };
    return pair(alg, id, "EC", new ECGenParameterSpec(curve));
  }

  static TestKey edwards(@Nullable String id) {
    return pair("EdDSA", id, "Ed25519", null);
  }

  private static TestKey pair(
      String alg, @Nullable String id, String kind, @Nullable AlgorithmParameterSpec parameters) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      if (parameters != null) {
        generator.initialize(parameters);
      }
      KeyPair pair = generator.generateKeyPair();
      return new TestKey(alg, id, pair.getPrivate(), pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// The same key under another name.
  TestKey named(@Nullable String otherId) {
    return new TestKey(alg, otherId, signing, verifying);
  }

  /// The same key for another algorithm.
  TestKey with(String otherAlg) {
    return new TestKey(otherAlg, id, signing, verifying);
  }

  PublicKey publicKey() {
    if (verifying == null) {
      throw new AssertionError("a secret");
    }
    return verifying;
  }

  String pem() {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(publicKey().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  VerificationKey verification() {
    return verifying == null
        ? VerificationKey.ofSecret(id, signing.getEncoded())
        : VerificationKey.ofPublic(id, verifying);
  }

  String jwk() {
    return switch (publicKey()) {
      case RSAPublicKey rsa -> new RSAKey.Builder(rsa).keyID(id).build().toJSONString();
      case ECPublicKey curve ->
          new ECKey.Builder(Curve.forECParameterSpec(curve.getParams()), curve)
              .keyID(id)
              .build()
              .toJSONString();
      default -> {
        byte[] der = publicKey().getEncoded();
        Base64URL point = Base64URL.encode(Arrays.copyOfRange(der, der.length - 32, der.length));
        yield new OctetKeyPair.Builder(Curve.Ed25519, point).keyID(id).build().toJSONString();
      }
    };
  }

  /// A token with these claims.
  String token(String claims) {
    String kid = id == null ? "" : ",\"kid\":\"" + id + "\"";
    return token("{\"alg\":\"" + alg + "\"" + kid + "}", claims);
  }

  String token(String header, String claims) {
    String signed = encode(header) + "." + encode(claims);
    return signed + "." + BASE64.encodeToString(sign(signed.getBytes(StandardCharsets.US_ASCII)));
  }

  static String encode(String text) {
    return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private byte[] sign(byte[] signed) {
    try {
      String bits = alg.substring(2);
      if (alg.startsWith("HS")) {
        Mac mac = Mac.getInstance("HmacSHA" + bits);
        mac.init(signing);
        return mac.doFinal(signed);
      }
      Signature signature =
          switch (alg.substring(0, 2)) {
            case "RS" -> Signature.getInstance("SHA" + bits + "withRSA");
            case "PS" -> Signature.getInstance("RSASSA-PSS");
            case "ES" -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
            default -> Signature.getInstance("Ed25519");
          };
      if (alg.startsWith("PS")) {
        signature.setParameter(
            new PSSParameterSpec(
                "SHA-" + bits,
                "MGF1",
                new MGF1ParameterSpec("SHA-" + bits),
                Integer.parseInt(bits) / 8,
                1));
      }
      signature.initSign((PrivateKey) signing);
      signature.update(signed);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public String toString() {
    return alg;
  }
}
