package dev.tertulia.server.protocol;

import dev.tertulia.server.connection.Session;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The sessions of a protocol over WebSocket. Each is requested on the loop of its connection, once
/// for each connection.
///
/// @param plain for connections without compression
/// @param compressed for connections whose client has negotiated compression; `null` if the
///   protocol does not use it, and then it is not negotiated
public record Sessions(
    Supplier<? extends Session> plain, @Nullable Supplier<? extends Session> compressed) {
  /// Sessions that all connections of a kind share.
  public static Sessions shared(Session plain, @Nullable Session compressed) {
    return new Sessions(() -> plain, compressed == null ? null : () -> compressed);
  }

  /// The session of one connection.
  ///
  /// @param compressing whether the server may compress what it sends on the connection
  public Session of(boolean compressing) {
    return compressed != null && compressing ? compressed.get() : plain.get();
  }
}
