package dev.tertulia.server.net.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestCertificate;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// Which certificates are accepted, and how they are replaced.
final class CertificateFilesTest {
  private static final TestCertificate FIRST = TestCertificate.of("first");
  private static final TestCertificate SECOND = TestCertificate.rsa("second");
  private static final TestCertificate THIRD = TestCertificate.of("third");

  @TempDir private Path folder;

  private Path certificate() {
    return folder.resolve("tls.crt");
  }

  private Path key() {
    return folder.resolve("tls.key");
  }

  private CertificateFiles open() throws CertificateFileException {
    return CertificateFiles.open(certificate(), key(), CertificateFiles.Provider.best());
  }

  @Test
  void eachMistakeIsNamed() throws IOException {
    refused("tls.certificate: .*tls.crt does not exist");
    FIRST.writeInto(folder);
    Files.delete(key());
    refused("tls.key: .*tls.key does not exist");
    Files.writeString(key(), "");
    refused("tls.key: .* contains no private key: .*");
    Files.writeString(key(), FIRST.keyPem().replace("PRIVATE", "EC PRIVATE"));
    refused("tls.key: .* is not in PKCS#8 .* 'openssl pkcs8 -topk8 .*");
    Files.writeString(key(), FIRST.keyPem().replace("PRIVATE", "ENCRYPTED PRIVATE"));
    refused("tls.key: .* is encrypted with a passphrase.* 'openssl pkey .*");
    Files.writeString(key(), "-----BEGIN PRIVATE KEY-----\nnada\n-----END PRIVATE KEY-----");
    refused("tls.key: the key in .* can't be read.*");
    Files.writeString(key(), SECOND.keyPem());
    refused("tls.key: the key in .* is not an EC key .*");
    Files.writeString(key(), THIRD.keyPem());
    refused("the key in .* does not belong to the first certificate in .*");
    Files.writeString(certificate(), "nothing");
    refused("tls.certificate: .* contains (no certificate|a certificate that).*");
    TestCertificate.ed25519("strange").writeInto(folder);
    refused("tls.certificate: .* is of the type EdDSA, but must be RSA or EC .*");
    Files.write(certificate(), new byte[CertificatePair.MAX_FILE_BYTES + 1]);
    refused("tls.certificate: .* is longer than .*");
  }

  private void refused(String pattern) {
    assertThatThrownBy(this::open)
        .isInstanceOf(CertificateFileException.class)
        .hasMessageMatching(pattern);
  }

  @Test
  void aKeyIsNeverPartOfAText() throws Exception {
    FIRST.writeInto(folder);
    CertificatePair.Contents contents = CertificatePair.Contents.read(certificate(), key());
    assertThat(contents.toString()).doesNotContain("PRIVATE").hasSizeLessThan(400);
  }

  /// Kubernetes replaces `..data`, a link to the folder in which the files are.
  @ParameterizedTest
  @EnumSource(CertificateFiles.Provider.class)
  void linksThatAreSwappedTwiceServeEachCertificate(CertificateFiles.Provider provider)
      throws Exception {
    mount("1", FIRST);
    Files.createSymbolicLink(folder.resolve("tls.crt"), Path.of("..data/tls.crt"));
    Files.createSymbolicLink(folder.resolve("tls.key"), Path.of("..data/tls.key"));
    try (TestServer server = start(provider);
        SSLSocket old = connect(server)) {
      assertThat(presented(old)).isEqualTo(FIRST.certificate());
      mount("2", SECOND);
      awaitPresented(server, SECOND);
      mount("3", THIRD);
      awaitPresented(server, THIRD);
      old.getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.UTF_8));
      assertThat(old.getInputStream().read()).as("the old connection stays").isEqualTo('H');
    }
  }

  private void mount(String version, TestCertificate certificate) throws IOException {
    Path real = Files.createDirectory(folder.resolve("..2026_" + version));
    certificate.writeInto(real);
    Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), real.getFileName());
    Files.move(
        link,
        folder.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aPairThatDoesNotBelongTogetherChangesNothingAndIsLoggedOnce() throws Exception {
    FIRST.writeInto(folder);
    Logger logger = (Logger) LoggerFactory.getLogger(CertificateFiles.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try (CertificateFiles files = open()) {
      Files.writeString(certificate(), THIRD.certificatePem());
      files.refresh();
      assertThat(warnings(appender)).as("the key may be on its way").isEmpty();
      files.refresh();
      files.refresh();
      files.refresh();
      assertThat(warnings(appender)).hasSize(1);
      assertThat(warnings(appender).getFirst())
          .contains("tls.crt", "tls.key", "does not belong", "previous one stays")
          .doesNotContain("PRIVATE");
      assertThat(presented(files)).isEqualTo(FIRST.certificate());

      Files.writeString(key(), THIRD.keyPem());
      files.refresh();
      assertThat(presented(files)).isEqualTo(THIRD.certificate());

      Files.delete(key());
      files.refresh();
      files.refresh();
      files.refresh();
      assertThat(warnings(appender)).hasSize(2);
      assertThat(presented(files)).isEqualTo(THIRD.certificate());
    } finally {
      logger.detachAppender(appender);
    }
  }

  @Test
  void itsEndIsWarnedOfOnceWhenItComesNearAndOnceWhenItHasCome() throws Exception {
    TestCertificate month = TestCertificate.validFor(31);
    TestCertificate week = TestCertificate.validFor(8);
    month.writeInto(folder);
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    Instant end = month.certificate().getNotAfter().toInstant();
    Logger logger = (Logger) LoggerFactory.getLogger(CertificateEnd.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try (CertificateFiles files =
        CertificateFiles.open(certificate(), key(), CertificateFiles.Provider.best(), now::get)) {
      assertThat(files.expiry()).isEqualTo(end);
      files.refresh();
      assertThat(warnings(appender)).isEmpty();
      now.set(end.minus(CertificateEnd.NOTICE).plusSeconds(1));
      files.refresh();
      files.refresh();
      assertThat(warnings(appender)).hasSize(1);
      assertThat(warnings(appender).getFirst())
          .contains("expires on " + end, "in 13 days", "tls.certificate and tls.key");
      now.set(end.plusSeconds(1));
      files.refresh();
      files.refresh();
      assertThat(warnings(appender)).hasSize(2);
      assertThat(warnings(appender).getLast()).contains("EXPIRED on " + end, "Renew it");

      now.set(Instant.now());
      week.writeInto(folder);
      files.refresh();
      files.refresh();
      assertThat(files.expiry()).isEqualTo(week.certificate().getNotAfter().toInstant());
      assertThat(warnings(appender)).hasSize(3);
      assertThat(warnings(appender).getLast()).startsWith("New certificate ").contains("in 7 days");
    } finally {
      logger.detachAppender(appender);
    }
  }

  @Test
  void itsEndIsMeasuredAndShownToTheOperator() throws Exception {
    TestCertificate month = TestCertificate.validFor(31);
    TestCertificate week = TestCertificate.validFor(8);
    month.writeInto(folder);
    try (TestServer server =
            TestServer.start(
                Map.of(
                    Setting.TLS_CERTIFICATE, certificate().toString(),
                    Setting.TLS_KEY, key().toString(),
                    Setting.TLS_PLAIN_PORT, "0"));
        RawSocket socket = RawSocket.open(server.server().plainPort().orElseThrow())) {
      Instant first = month.certificate().getNotAfter().toInstant();
      assertThat(expiry(server)).isEqualTo((double) first.getEpochSecond());
      week.writeInto(folder);
      Instant second = week.certificate().getNotAfter().toInstant();
      await()
          .atMost(TestServer.PATIENCE)
          .untilAsserted(
              () -> assertThat(expiry(server)).isEqualTo((double) second.getEpochSecond()));
      socket.send(
          "GET /api/v1/admin/overview HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(requireNonNull(OperatorAccess.read(server.data())).token()));
      assertThat(socket.untilEnd()).contains("\"certificate_expires\":" + second.toEpochMilli());
    }
  }

  private static double expiry(TestServer server) {
    Meters meters = server.server().meters();
    return meters.total(
        meters.metrics().stream()
            .filter(one -> one.name().equals("tertulia_tls_certificate_expiry_timestamp_seconds"))
            .findAny()
            .orElseThrow());
  }

  private static List<String> warnings(ListAppender<ILoggingEvent> appender) {
    return List.copyOf(appender.list).stream()
        .filter(event -> event.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static X509Certificate presented(CertificateFiles files) {
    return files.chain().getFirst();
  }

  private TestServer start(CertificateFiles.Provider provider) {
    return TestServer.start(
        Map.of(
            Setting.TLS_CERTIFICATE, certificate().toString(),
            Setting.TLS_KEY, key().toString(),
            Setting.TLS_PROVIDER, provider.name().toLowerCase(Locale.ROOT)));
  }

  private static SSLSocket connect(TestServer server) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            TestCertificate.trusting(FIRST, SECOND, THIRD)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
    socket.startHandshake();
    return socket;
  }

  private static X509Certificate presented(SSLSocket socket) throws IOException {
    return (X509Certificate) socket.getSession().getPeerCertificates()[0];
  }

  private static void awaitPresented(TestServer server, TestCertificate certificate) {
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() -> {
          try (SSLSocket socket = connect(server)) {
            assertThat(presented(socket)).isEqualTo(certificate.certificate());
          }
        });
  }
}
