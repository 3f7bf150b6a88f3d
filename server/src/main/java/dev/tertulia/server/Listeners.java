package dev.tertulia.server;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.config.TlsConfig;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.net.Entrance;
import dev.tertulia.server.net.Listener;
import dev.tertulia.server.net.Pipelines;
import dev.tertulia.server.net.StartingAnswers;
import dev.tertulia.server.net.loop.Loops;
import dev.tertulia.server.net.tls.CertificateFileException;
import dev.tertulia.server.net.tls.CertificateFiles;
import dev.tertulia.server.net.tls.TlsAcceptor;
import dev.tertulia.server.net.tls.TlsHandshakes;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The listening sockets of a server: the ordinary one, one without TLS on loopback if there is to
/// be one, and one for the operator if neither serves. With the certificate of the first.
final class Listeners implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";

  private final @Nullable CertificateFiles certificates;
  private final Listener ordinary;
  private final @Nullable Listener plain;
  private final OperatorListener operator;

  /// Listens. Accepted sockets are answered by `starting` until [#serve].
  ///
  /// @throws IOException if the ordinary port is in use or its address is not available; whatever
  ///   the failure, nothing is left listening
  /// @throws ConfigException if the certificate can't be used, or the port without TLS is in use
  Listeners(
      Config config,
      Loops loops,
      StartingAnswers starting,
      LimitCounters counters,
      EngineGuard guard)
      throws IOException {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      certificates = certificates(config.tls());
      if (certificates != null) {
        opened.push(certificates);
      }
      Entrance entrance =
          new Entrance(
              config.proxy().protocolV2(),
              certificates == null
                  ? null
                  : new TlsAcceptor(certificates, new TlsHandshakes(counters)));
      ordinary = Listener.bind(loops, config.host(), config.port(), starting, entrance);
      opened.push(ordinary);
      plain = plain(config.tls(), loops, starting);
      if (plain != null) {
        opened.push(plain);
      }
      operator =
          operator(
              config, host -> Listener.bind(loops, host, /* port= */ 0, starting, Entrance.PLAIN));
    } catch (Throwable failure) {
      for (AutoCloseable part : opened) {
        try {
          part.close();
        } catch (Exception e) {
          failure.addSuppressed(e);
        }
      }
      throw failure;
    }
    if (certificates != null) {
      certificates.watch(guard);
    }
  }

  private static @Nullable CertificateFiles certificates(@Nullable TlsConfig tls) {
    if (tls == null) {
      return null;
    }
    CertificateFiles.Provider provider =
        switch (tls.provider()) {
          case AUTO -> CertificateFiles.Provider.best();
          case BORINGSSL -> CertificateFiles.Provider.BORINGSSL;
          case JDK -> CertificateFiles.Provider.JDK;
        };
    if (!provider.isAvailable()) {
      throw new ConfigException(
          "tls.provider (TERTULIA_TLS_PROVIDER) is 'boringssl', which is not available on this"
              + " machine: 'auto' selects the best one that is");
    }
    try {
      return CertificateFiles.open(tls.certificate(), tls.key(), provider);
    } catch (CertificateFileException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable Listener plain(
      @Nullable TlsConfig tls, Loops loops, StartingAnswers starting) {
    if (tls == null || tls.plainPort() == null) {
      return null;
    }
    try {
      return Listener.bind(loops, LOOPBACK, tls.plainPort(), starting, Entrance.PLAIN);
    } catch (IOException e) {
      throw new ConfigException(
          "cannot listen on 127.0.0.1 port %s (%s): stop the process that uses it, or choose another one with tls.plain_port (TERTULIA_TLS_PLAIN_PORT)"
              .formatted(tls.plainPort(), e.getMessage()));
    }
  }

  private OperatorListener operator(Config config, OperatorListener.Bind bind) throws IOException {
    if (plain != null) {
      return OperatorListener.of(LOOPBACK, plain.port(), bind);
    }
    return certificates == null && !config.proxy().protocolV2()
        ? OperatorListener.of(config.host(), ordinary.port(), bind)
        : OperatorListener.ofItsOwn(bind);
  }

  /// Passes the sockets that are accepted from now on to `pipelines`. Any thread.
  void serve(Pipelines pipelines) {
    ordinary.serve(pipelines);
    if (plain != null) {
      plain.serve(pipelines);
    }
    operator.serve(pipelines);
  }

  /// The port of the ordinary listener.
  int port() {
    return ordinary.port();
  }

  /// The port without TLS on loopback; empty for none.
  OptionalInt plainPort() {
    return plain == null ? OptionalInt.empty() : OptionalInt.of(plain.port());
  }

  /// What does the cryptography of the ordinary listener; empty if that is plain.
  Optional<CertificateFiles.Provider> tls() {
    return Optional.ofNullable(certificates).map(CertificateFiles::provider);
  }

  /// When the certificate that is served now expires; empty without TLS. Any thread.
  Optional<Instant> certificateExpiry() {
    return Optional.ofNullable(certificates).map(CertificateFiles::expiry);
  }

  /// Where the operator on the machine reaches the server, without a path.
  URI operatorAddress() {
    return operator.address();
  }

  /// Stops listening; accepted sockets stay open. Blocks until that is done.
  @Override
  public void close() {
    ordinary.close();
    if (plain != null) {
      plain.close();
    }
    operator.close();
  }

  /// Gives the certificate back, after the event loops have ended.
  void release() {
    if (certificates != null) {
      certificates.close();
    }
  }
}
