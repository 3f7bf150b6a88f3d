package dev.tertulia.server.protocol;

import dev.tertulia.server.connection.SessionFactory;
import org.jspecify.annotations.Nullable;

/// What creates the sessions of a protocol over WebSocket.
///
/// @param plain for connections without compression
/// @param compressed for connections whose client has negotiated compression; `null` if the
///   protocol does not use it, and then it is not negotiated
public record Sessions(SessionFactory plain, @Nullable SessionFactory compressed) {
  /// What creates the session of a connection.
  ///
  /// @param compressing whether the server may compress what it sends on the connection
  public SessionFactory of(boolean compressing) {
    return compressed != null && compressing ? compressed : plain;
  }
}
