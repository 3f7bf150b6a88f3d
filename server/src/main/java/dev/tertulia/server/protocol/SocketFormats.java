package dev.tertulia.server.protocol;

import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.topic.WireFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The formats of a protocol over WebSocket.
///
/// @param plain for connections without compression
/// @param compressed the same, compressed; `null` if the server does not compress
public record SocketFormats(WireFormat plain, @Nullable WireFormat compressed) {
  /// What creates the sessions of connections.
  ///
  /// @param factory makes what creates the sessions of connections with one format
  public Sessions sessions(Function<WireFormat, SessionFactory> factory) {
    return new Sessions(
        factory.apply(plain), compressed == null ? null : factory.apply(compressed));
  }
}
