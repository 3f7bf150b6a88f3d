package dev.tertulia.server.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The certificate with which the server speaks HTTPS.
///
/// @param certificate the file of the certificate and its chain
/// @param key the file of its private key
/// @param provider what does the cryptography
/// @param plainPort the port without TLS on loopback; 0 for any free port, `null` for none
public record TlsConfig(
    Path certificate, Path key, Provider provider, @Nullable Integer plainPort) {

  /// The library of the cryptography.
  public enum Provider {
    /// The better one that is available.
    AUTO,
    BORINGSSL,
    JDK
  }

  /// Reads the section; `null` if there is to be no TLS.
  static @Nullable TlsConfig from(SettingReader settings) {
    Value certificate = settings.get(Setting.TLS_CERTIFICATE);
    Value key = settings.get(Setting.TLS_KEY);
    Value plainPort = settings.get(Setting.TLS_PLAIN_PORT);
    Provider provider = settings.get(Setting.TLS_PROVIDER).oneOf(Provider.class);
    if (certificate.isSet() != key.isSet()) {
      (key.isSet() ? key : certificate)
          .report("is set alone: tls.certificate and tls.key must be set together");
    }
    if (plainPort.isSet() && !certificate.isSet()) {
      plainPort.report(
          "needs tls.certificate and tls.key: without them the port of the server is plain"
              + " already");
    }
    return certificate.isSet()
        ? new TlsConfig(
            certificate.path(),
            key.path(),
            provider,
            plainPort.isSet() ? plainPort.integer(0, 65_535) : null)
        : null;
  }
}
