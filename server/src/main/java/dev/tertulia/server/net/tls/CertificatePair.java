package dev.tertulia.server.net.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A certificate with its chain, and the private key that belongs to it. Immutable.
final class CertificatePair {
  /// The maximum size of a file, in bytes.
  static final int MAX_FILE_BYTES = 1 << 20;

  private static final String KEY_BEGINS = "-----BEGIN PRIVATE KEY-----";
  private static final String KEY_ENDS = "-----END PRIVATE KEY-----";

  private final PrivateKey key;
  private final List<X509Certificate> chain;

  private CertificatePair(PrivateKey key, List<X509Certificate> chain) {
    this.key = key;
    this.chain = List.copyOf(chain);
  }

  PrivateKey key() {
    return key;
  }

  /// The certificate of the server first.
  List<X509Certificate> chain() {
    return chain;
  }

  /// The contents of both files at a moment.
  ///
  /// @param certificateFile the certificate and its chain, as PEM
  /// @param keyFile the private key, as PEM (PKCS#8)
  record Contents(Path certificateFile, byte[] certificate, Path keyFile, byte[] key) {
    /// Reads both files.
    static Contents read(Path certificateFile, Path keyFile) throws CertificateFileException {
      return new Contents(
          certificateFile, bytes(certificateFile, "certificate"), keyFile, bytes(keyFile, "key"));
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Contents that
          && Arrays.equals(certificate, that.certificate)
          && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(certificate);
    }

    private static byte[] bytes(Path file, String what) throws CertificateFileException {
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
        if (bytes.length > MAX_FILE_BYTES) {
          throw new CertificateFileException(
              "tls.%s: %s is longer than %s bytes".formatted(what, file, MAX_FILE_BYTES));
        }
        return bytes;
      } catch (NoSuchFileException e) {
        throw new CertificateFileException("tls.%s: %s does not exist".formatted(what, file));
      } catch (IOException e) {
        throw new CertificateFileException(
            "tls.%s: %s can't be read (%s)".formatted(what, file, e.getClass().getSimpleName()));
      }
    }

    /// Never the key.
    @Override
    public String toString() {
      return "Contents[" + certificateFile + ", " + keyFile + "]";
    }
  }

  /// Parses both files, and checks that they belong together.
  static CertificatePair parse(Contents contents) throws CertificateFileException {
    List<X509Certificate> chain = chain(contents);
    PublicKey publicKey = chain.getFirst().getPublicKey();
    Algorithm algorithm = Algorithm.of(publicKey, contents.certificateFile);
    PrivateKey key = key(contents, algorithm);
    if (!belongTogether(algorithm, key, publicKey)) {
      throw new CertificateFileException(
          "the key in %s (tls.key) does not belong to the first certificate in %s (tls.certificate)"
              .formatted(contents.keyFile, contents.certificateFile));
    }
    return new CertificatePair(key, chain);
  }

  private enum Algorithm {
    RSA("SHA256withRSA"),
    EC("SHA256withECDSA");

    private final String signature;

    Algorithm(String signature) {
      this.signature = signature;
    }

    static Algorithm of(PublicKey key, Path file) throws CertificateFileException {
      return switch (key.getAlgorithm()) {
        case "RSA" -> RSA;
        case "EC" -> EC;
        default ->
            throw new CertificateFileException(
                "tls.certificate: the key of the certificate in %s is of the type %s, but must be RSA or EC (ECDSA)"
                    .formatted(file, key.getAlgorithm()));
      };
    }
  }

  private static List<X509Certificate> chain(Contents contents) throws CertificateFileException {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(contents.certificate))) {
        chain.add((X509Certificate) certificate);
      }
    } catch (CertificateException e) {
      throw new CertificateFileException(
          "tls.certificate: %s contains a certificate that can't be read: it must be PEM, the certificate of the server first, then its chain"
              .formatted(contents.certificateFile));
    }
    if (chain.isEmpty()) {
      throw new CertificateFileException(
          "tls.certificate: %s contains no certificate: it must be PEM (-----BEGIN CERTIFICATE-----)"
              .formatted(contents.certificateFile));
    }
    return chain;
  }

  private static PrivateKey key(Contents contents, Algorithm algorithm)
      throws CertificateFileException {
    String text = new String(contents.key, StandardCharsets.ISO_8859_1);
    int begin = text.indexOf(KEY_BEGINS);
    int end = text.indexOf(KEY_ENDS);
    if (begin < 0 || end < begin) {
      throw new CertificateFileException(notPkcs8(text, contents.keyFile));
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(text.substring(begin + KEY_BEGINS.length(), end));
    } catch (IllegalArgumentException e) {
      throw new CertificateFileException(damaged(contents.keyFile, algorithm));
    }
    try {
      return KeyFactory.getInstance(algorithm.name())
          .generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new CertificateFileException(damaged(contents.keyFile, algorithm));
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
  }

  private static String damaged(Path file, Algorithm algorithm) {
    return "tls.key: the key in %s can't be read, or is not an %s key as the certificate needs it"
        .formatted(file, algorithm);
  }

  private static String notPkcs8(String text, Path file) {
    if (text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("4,ENCRYPTED")) {
      return "tls.key: %s is encrypted with a passphrase, which is not supported: decrypt it with 'openssl pkey -in %s -out key.pem'"
          .formatted(file, file);
    }
    if (text.contains("PRIVATE KEY-----")) {
      return "tls.key: %s is not in PKCS#8 (-----BEGIN PRIVATE KEY-----): convert it with 'openssl pkcs8 -topk8 -nocrypt -in %s -out key.pem'"
          .formatted(file, file);
    }
    return "tls.key: %s contains no private key: it must be PEM, PKCS#8 (-----BEGIN PRIVATE KEY-----)"
        .formatted(file);
  }

  private static boolean belongTogether(Algorithm algorithm, PrivateKey key, PublicKey publicKey) {
    byte[] probe = "tertulia".getBytes(StandardCharsets.US_ASCII);
    try {
      Signature signature = Signature.getInstance(algorithm.signature);
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
