package dev.tertulia.server.testing;

import dev.tertulia.server.config.Setting;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A self-signed certificate for loopback and its key, made by `keytool`; once for each name.
public final class TestCertificate {
  private static final Map<String, TestCertificate> MADE = new ConcurrentHashMap<>();
  private static final char[] PASSWORD = "secret".toCharArray();

  private final X509Certificate certificate;
  private final PrivateKey key;

  private TestCertificate(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /// One with an elliptic key.
  ///
  /// @param name its common name
  public static TestCertificate of(String name) {
    return MADE.computeIfAbsent(name, same -> make(name, "EC", "-groupname", "secp256r1"));
  }

  /// One that is valid for so many days from now.
  public static TestCertificate validFor(int days) {
    return MADE.computeIfAbsent(
        "valid for %s days".formatted(days),
        same -> make("days", days, "EC", "-groupname", "secp256r1"));
  }

  /// One with an RSA key.
  public static TestCertificate rsa(String name) {
    return MADE.computeIfAbsent(name, same -> make(name, "RSA", "-keysize", "2048"));
  }

  /// One of a kind that the server does not take.
  public static TestCertificate ed25519(String name) {
    return MADE.computeIfAbsent(name, same -> make(name, "Ed25519"));
  }

  private static TestCertificate make(String name, String algorithm, String... more) {
    return make(name, /* days= */ 30, algorithm, more);
  }

  private static TestCertificate make(String name, int days, String algorithm, String... more) {
    try {
      Path folder = Files.createTempDirectory("tertulia-certificate");
      Path store = folder.resolve("store.p12");
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-J-XX:TieredStopAtLevel=1",
                  "-J-XX:+UseSerialGC",
                  "-genkeypair",
                  "-keystore",
                  store.toString(),
                  "-storetype",
                  "PKCS12",
                  "-storepass",
                  new String(PASSWORD),
                  "-alias",
                  "a",
                  "-dname",
                  "CN=" + name,
                  "-ext",
                  "san=ip:127.0.0.1,dns:localhost,dns:chat.example",
                  "-validity",
                  String.valueOf(days),
                  "-keyalg",
                  algorithm));
      command.addAll(List.of(more));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError("keytool: " + output);
      }
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD);
      }
      Files.delete(store);
      Files.delete(folder);
      return new TestCertificate(
          (X509Certificate) keys.getCertificate("a"), (PrivateKey) keys.getKey("a", PASSWORD));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public PrivateKey key() {
    return key;
  }

  /// The certificate as PEM.
  public String certificatePem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// The key as PEM, in PKCS#8.
  public String keyPem() {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  /// Writes both files into `folder`.
  ///
  /// @param provider what does the cryptography, as it is set
  /// @return the settings of a server that uses them, to which others can be added
  public Map<Setting, String> settings(Path folder, String provider) {
    writeInto(folder);
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    settings.put(Setting.TLS_CERTIFICATE, folder.resolve("tls.crt").toString());
    settings.put(Setting.TLS_KEY, folder.resolve("tls.key").toString());
    settings.put(Setting.TLS_PROVIDER, provider);
    return settings;
  }

  /// Writes both files, `tls.crt` and `tls.key`, into `folder`.
  public void writeInto(Path folder) {
    try {
      Files.writeString(folder.resolve("tls.crt"), certificatePem());
      Files.writeString(folder.resolve("tls.key"), keyPem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What a client needs to trust these, and no others.
  public static SSLContext trusting(TestCertificate... trusted) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < trusted.length; i++) {
        store.setCertificateEntry("t" + i, trusted[i].certificate);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String pem(String what, byte[] content) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), what);
  }
}
