package dev.tertulia.server.auth.token;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/// Reads public keys in PEM.
public final class PemKey {
  private static final List<String> KINDS = List.of("RSA", "EC", "Ed25519");

  private PemKey() {}

  /// Reads the first block: `PUBLIC KEY` or `CERTIFICATE`.
  ///
  /// @throws IllegalArgumentException if it is something else; the message says what, and what to
  ///   do, without the key
  public static PublicKey parse(String pem) {
    String label = between(pem, "-----BEGIN ", "-----");
    int start = pem.indexOf("-----BEGIN " + label + "-----") + label.length() + 16;
    int end = pem.indexOf("-----END " + label + "-----", start);
    if (end < 0) {
      throw new IllegalArgumentException("the key in PEM has no end");
    }
    if (label.endsWith("PRIVATE KEY")) {
      throw new IllegalArgumentException(
          "this is a private key, and the server needs the public one: make it with 'openssl pkey"
              + " -pubout'");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(pem.substring(start, end).strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the key in PEM is not Base64", e);
    }
    return switch (label) {
      case "PUBLIC KEY" -> publicKey(der);
      case "CERTIFICATE" -> certificate(der);
      case "RSA PUBLIC KEY" ->
          throw new IllegalArgumentException(
              "the key is in the format of PKCS #1: convert it with 'openssl rsa -RSAPublicKey_in"
                  + " -pubout'");
      default ->
          throw new IllegalArgumentException(
              "the block in PEM is neither PUBLIC KEY nor CERTIFICATE");
    };
  }

  private static String between(String text, String begin, String end) {
    int start = text.indexOf(begin);
    int stop = start < 0 ? -1 : text.indexOf(end, start + begin.length());
    if (stop < 0) {
      throw new IllegalArgumentException("this is not a key in PEM: it has no '-----BEGIN'");
    }
    return text.substring(start + begin.length(), stop);
  }

  private static PublicKey publicKey(byte[] der) {
    for (String kind : KINDS) {
      try {
        return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(der));
      } catch (GeneralSecurityException e) {
        // Of another kind.
      }
    }
    throw new IllegalArgumentException("the key is malformed, or not RSA, EC or Ed25519");
  }

  private static PublicKey certificate(byte[] der) {
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(der))
          .getPublicKey();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the certificate is malformed", e);
    }
  }
}
