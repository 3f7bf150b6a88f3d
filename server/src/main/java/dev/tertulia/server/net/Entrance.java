package dev.tertulia.server.net;

import dev.tertulia.server.net.tls.TlsAcceptor;
import org.jspecify.annotations.Nullable;

/// What the sockets of one listener begin with, before HTTP.
///
/// @param tls begins TLS; `null` for plain connections
public record Entrance(@Nullable TlsAcceptor tls) {
  /// HTTP at once.
  public static final Entrance PLAIN = new Entrance(null);
}
