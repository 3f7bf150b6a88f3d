package dev.tertulia.server.net;

import dev.tertulia.server.net.tls.TlsAcceptor;
import org.jspecify.annotations.Nullable;

/// What the sockets of one listener begin with, before HTTP.
///
/// @param proxyHeader whether connections of trusted proxies begin with a header of the PROXY
///   protocol, before TLS
/// @param tls begins TLS; `null` for plain connections
public record Entrance(boolean proxyHeader, @Nullable TlsAcceptor tls) {
  /// HTTP at once.
  public static final Entrance PLAIN = new Entrance(/* proxyHeader= */ false, null);
}
