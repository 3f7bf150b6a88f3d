package dev.tertulia.server;

import dev.tertulia.server.net.Listener;
import dev.tertulia.server.net.Pipelines;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Where the operator on the machine reaches the server: over loopback, by the ordinary listener if
/// that is reached there without TLS, and otherwise by a listener of its own on a free port of
/// loopback.
final class OperatorListener implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final String LOOPBACK_6 = "::1";

  private final URI address;

  /// `null` if the ordinary listener serves the operator.
  private final @Nullable Listener own;

  private OperatorListener(URI address, @Nullable Listener own) {
    this.address = address;
    this.own = own;
  }

  /// Listens on a free port of an address.
  interface Bind {
    Listener on(String host) throws IOException;
  }

  /// @param host where the ordinary listener listens
  /// @param port its port
  /// @throws IOException if no port of loopback is free
  static OperatorListener of(String host, int port, Bind bind) throws IOException {
    InetAddress bound = InetAddress.getByName(host);
    if (bound.isLoopbackAddress()) {
      return new OperatorListener(http(bound.getHostAddress(), port), null);
    }
    if (bound.isAnyLocalAddress()) {
      String here = bound instanceof Inet6Address ? LOOPBACK_6 : LOOPBACK;
      return new OperatorListener(http(here, port), null);
    }
    return ofItsOwn(bind);
  }

  /// For a server whose ordinary listener does not speak plain HTTP.
  ///
  /// @throws IOException if no port of loopback is free
  static OperatorListener ofItsOwn(Bind bind) throws IOException {
    Listener own = bind.on(LOOPBACK);
    return new OperatorListener(http(LOOPBACK, own.port()), own);
  }

  private static URI http(String host, int port) {
    return URI.create("http://%s:%s".formatted(host.contains(":") ? "[" + host + "]" : host, port));
  }

  /// The address, without a path.
  URI address() {
    return address;
  }

  /// Passes the sockets that are accepted from now on to `pipelines`. Any thread.
  void serve(Pipelines pipelines) {
    if (own != null) {
      own.serve(pipelines);
    }
  }

  @Override
  public void close() {
    if (own != null) {
      own.close();
    }
  }
}
