package dev.tertulia.server.protocol;

import dev.tertulia.server.connection.Session;
import dev.tertulia.server.topic.WireFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The formats of a protocol over WebSocket.
///
/// @param plain for connections without compression
/// @param compressed the same, compressed; `null` if the server does not compress
public record SocketFormats(WireFormat plain, @Nullable WireFormat compressed) {
  /// Sessions of which each connection has its own.
  ///
  /// @param constructor makes the session of one connection
  public Sessions sessions(Function<WireFormat, Session> constructor) {
    WireFormat shorter = compressed;
    return new Sessions(
        () -> constructor.apply(plain), shorter == null ? null : () -> constructor.apply(shorter));
  }

  /// Sessions that all connections with the same format share.
  ///
  /// @param constructor makes the session of one format
  public Sessions sharedSessions(Function<WireFormat, Session> constructor) {
    return Sessions.shared(
        constructor.apply(plain), compressed == null ? null : constructor.apply(compressed));
  }
}
