package dev.tertulia.server.net.tls;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The end of the certificate in use. It is logged when a certificate comes into use, as a warning
/// if it is near, and once more each when it comes near and when it has come.
///
/// Owned by the thread that refreshes the certificate, except [#time].
final class CertificateEnd {
  /// How long before the end it is warned of.
  static final Duration NOTICE = Duration.ofDays(14);

  private static final Logger log = LoggerFactory.getLogger(CertificateEnd.class);

  private static final String REMEDY =
      "Renew it, and write the files that tls.certificate and tls.key name: they are taken without"
          + " a restart";

  private final InstantSource clock;
  private Stage logged;

  /// Read by any thread.
  private volatile X509Certificate certificate;

  private enum Stage {
    FAR,
    NEAR,
    PAST;

    static Stage of(Instant end, Instant now) {
      return now.isAfter(end) ? PAST : now.plus(NOTICE).isAfter(end) ? NEAR : FAR;
    }
  }

  /// @param first the certificate that comes into use at the start
  CertificateEnd(X509Certificate first, InstantSource clock) {
    this.clock = clock;
    certificate = first;
    logged = log("Certificate");
  }

  /// Another certificate comes into use.
  void replace(X509Certificate next) {
    certificate = next;
    logged = log("New certificate");
  }

  /// Warns if the end has come nearer.
  void look() {
    if (Stage.of(time(), clock.instant()) != logged) {
      logged = log("Certificate");
    }
  }

  /// When it is. Any thread.
  Instant time() {
    return certificate.getNotAfter().toInstant();
  }

  private Stage log(String what) {
    Instant now = clock.instant();
    Instant time = time();
    Stage stage = Stage.of(time, now);
    String subject = certificate.getSubjectX500Principal().getName();
    switch (stage) {
      case FAR -> log.info("{} for {} in use, valid until {}", what, subject, time);
      case NEAR ->
          log.warn(
              "{} for {} in use, which expires on {}, in {} days. {}",
              what,
              subject,
              time,
              Duration.between(now, time).toDays(),
              REMEDY);
      case PAST ->
          log.warn("{} for {} in use, which has EXPIRED on {}. {}", what, subject, time, REMEDY);
    }
    return stage;
  }
}
