package dev.tertulia.server.net.tls;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.net.tls.CertificatePair.Contents;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate and the key of the server, which are replaced when their files change. New
/// connections get the newest valid pair; established ones keep theirs.
///
/// The contents of both files are read once a second, so it does not matter how they are replaced:
/// written in place, renamed, or behind symbolic links, as Kubernetes mounts them. Files that do
/// not belong together, or can't be read, change nothing; this is logged once for the same
/// contents, if they are the same a second later, because two files are not replaced at once.
///
/// # Concurrency
///
/// [#newHandler] is called on any event loop, [#refresh] by one thread at a time.
public final class CertificateFiles implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CertificateFiles.class);

  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// The age up to which a session is resumed, in seconds.
  private static final int SESSION_SECONDS = 3600;

  /// How long a close waits for its close_notify to be sent, in milliseconds.
  private static final int CLOSE_NOTIFY_MILLIS = 1000;

  /// Those with forward secrecy and authenticated encryption, the cheapest first. TLS 1.3 has no
  /// others.
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final String REJECT_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

  static {
    // The JDK would let a client of TLS 1.2 ask for handshakes without end on one connection.
    if (System.getProperty(REJECT_RENEGOTIATION) == null) {
      System.setProperty(REJECT_RENEGOTIATION, "true");
    }
  }

  private final Path certificateFile;
  private final Path keyFile;
  private final Provider provider;

  /// Replaced by the thread that refreshes, read by event loops.
  private volatile SslContext context;

  /// The contents in force. Owned by the thread that refreshes, as are the fields below.
  private Contents current;

  private CertificatePair pair;
  private final CertificateEnd end;

  /// Why the files were not used at the last check; `null` if they are in use.
  private @Nullable Problem problem;

  private @Nullable Thread refresher;
  private volatile boolean closed;

  /// What does the cryptography.
  public enum Provider {
    /// BoringSSL, through netty-tcnative.
    BORINGSSL(SslProvider.OPENSSL_REFCNT),
    /// The JDK, where there is no native library.
    JDK(SslProvider.JDK);

    private final SslProvider ssl;

    Provider(SslProvider ssl) {
      this.ssl = ssl;
    }

    /// The better one of those that are available on this machine.
    public static Provider best() {
      return BORINGSSL.isAvailable() ? BORINGSSL : JDK;
    }

    /// Whether it is available on this machine.
    public boolean isAvailable() {
      return this == JDK || OpenSsl.isAvailable();
    }
  }

  private CertificateFiles(
      Contents contents, CertificatePair pair, Provider provider, InstantSource clock)
      throws CertificateFileException {
    certificateFile = contents.certificateFile();
    keyFile = contents.keyFile();
    this.provider = provider;
    current = contents;
    this.pair = pair;
    context = context(pair, contents, provider);
    end = new CertificateEnd(pair.chain().getFirst(), clock);
  }

  /// Reads the files for the first time.
  ///
  /// @param certificateFile the certificate and its chain, as PEM
  /// @param keyFile the private key, as PEM (PKCS#8)
  /// @throws CertificateFileException if they can't be used
  public static CertificateFiles open(Path certificateFile, Path keyFile, Provider provider)
      throws CertificateFileException {
    return open(certificateFile, keyFile, provider, InstantSource.system());
  }

  /// As above.
  ///
  /// @param clock tells how near the end of the certificate is
  static CertificateFiles open(
      Path certificateFile, Path keyFile, Provider provider, InstantSource clock)
      throws CertificateFileException {
    Contents contents = Contents.read(certificateFile, keyFile);
    CertificatePair pair = CertificatePair.parse(contents);
    return new CertificateFiles(contents, pair, provider, clock);
  }

  /// Looks for changes once a second from now on, in a thread of its own.
  public void watch(EngineGuard guard) {
    refresher =
        Thread.ofPlatform()
            .name("certificates")
            .daemon()
            .start(() -> {
              while (!closed) {
                LockSupport.parkNanos(this, INTERVAL_NANOS);
                try {
                  refresh();
                } catch (Throwable failure) {
                  guard.caught("the replacement of the certificate", failure);
                }
              }
            });
  }

  /// What does the cryptography.
  public Provider provider() {
    return provider;
  }

  /// When the certificate in force expires. Any thread.
  public Instant expiry() {
    return end.time();
  }

  /// A handler for a new connection. It has no time limit of its own for the handshake.
  public SslHandler newHandler(ByteBufAllocator allocator) {
    while (true) {
      SslContext newest = context;
      try {
        ReferenceCountUtil.retain(newest);
      } catch (IllegalReferenceCountException replaced) {
        if (closed) {
          throw new IllegalStateException("closed", replaced);
        }
        continue;
      }
      try {
        SslHandler handler = newest.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(0);
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
        return handler;
      } finally {
        ReferenceCountUtil.release(newest);
      }
    }
  }

  /// Reads the files, and uses them if they have changed and are valid. Warns once when the end of
  /// the certificate in force comes near.
  void refresh() {
    if (closed) {
      return;
    }
    refreshFiles();
    end.look();
  }

  private void refreshFiles() {
    Contents contents;
    try {
      contents = Contents.read(certificateFile, keyFile);
    } catch (CertificateFileException e) {
      refuse(new Problem(String.valueOf(e.getMessage()), null, false));
      return;
    }
    if (contents.equals(current)) {
      problem = null;
      return;
    }
    if (problem != null && problem.logged && contents.equals(problem.contents)) {
      return;
    }
    try {
      CertificatePair next = CertificatePair.parse(contents);
      replace(context(next, contents, provider));
      current = contents;
      pair = next;
      problem = null;
      end.replace(next.chain().getFirst());
    } catch (CertificateFileException e) {
      refuse(new Problem(String.valueOf(e.getMessage()), contents, false));
    }
  }

  /// Why the files were not used.
  ///
  /// @param contents `null` if they could not be read
  private record Problem(String text, @Nullable Contents contents, boolean logged) {
    boolean isSame(Problem other) {
      return text.equals(other.text) && Objects.equals(contents, other.contents);
    }
  }

  /// Logs a problem at the second check that meets it.
  private void refuse(Problem now) {
    Problem before = problem;
    if (before == null || !before.isSame(now)) {
      problem = now;
      return;
    }
    if (!before.logged) {
      log.warn("The certificate is not replaced: {}. The previous one stays in use", now.text);
    }
    problem = new Problem(now.text, now.contents, true);
  }

  private synchronized void replace(SslContext next) {
    if (closed) {
      ReferenceCountUtil.release(next);
      return;
    }
    SslContext before = context;
    context = next;
    ReferenceCountUtil.release(before);
  }

  /// The certificate in force first, then its chain. For the thread that refreshes.
  List<X509Certificate> chain() {
    return pair.chain();
  }

  private static SslContext context(CertificatePair pair, Contents contents, Provider provider)
      throws CertificateFileException {
    try {
      SslContext context =
          SslContextBuilder.forServer(pair.key(), pair.chain())
              .sslProvider(provider.ssl)
              .protocols("TLSv1.3", "TLSv1.2")
              .ciphers(CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      Protocol.ALPN,
                      SelectorFailureBehavior.NO_ADVERTISE,
                      SelectedListenerFailureBehavior.ACCEPT,
                      ApplicationProtocolNames.HTTP_1_1))
              .sessionTimeout(SESSION_SECONDS)
              .build();
      if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
        // Clients keep their sessions as tickets, whose keys BoringSSL replaces by itself.
        sessions.setSessionCacheEnabled(false);
        sessions.setTicketKeys();
      }
      return context;
    } catch (SSLException e) {
      throw new CertificateFileException(
          "the certificate in %s can't be used (%s)"
              .formatted(contents.certificateFile(), e.getMessage()));
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      ReferenceCountUtil.release(context);
    }
    if (refresher != null) {
      LockSupport.unpark(refresher);
    }
  }
}
