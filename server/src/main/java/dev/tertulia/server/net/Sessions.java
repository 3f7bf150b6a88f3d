package dev.tertulia.server.net;

import dev.tertulia.server.connection.Session;
import dev.tertulia.server.net.websocket.PerMessageDeflate;
import dev.tertulia.server.net.websocket.ProtocolOffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The sessions of WebSocket connections, by what their handshakes have negotiated.
///
/// @param base the base protocol
/// @param full the full protocol; `null` if it is not supported, and then it is never confirmed
public record Sessions(Choice base, @Nullable Choice full) {
  /// The sessions of one protocol, requested on the connection's loop, once for each connection.
  ///
  /// @param plain for connections without compression
  /// @param compressed for connections with compression; `null` if it is not supported
  public record Choice(
      Supplier<? extends Session> plain, @Nullable Supplier<? extends Session> compressed) {
    /// A shared session for all connections of a kind.
    public static Choice shared(Session plain, @Nullable Session compressed) {
      return new Choice(() -> plain, compressed == null ? null : () -> compressed);
    }

    private Session of(@Nullable PerMessageDeflate agreed) {
      return compressed != null && agreed != null && agreed.compressesForClient()
          ? compressed.get()
          : plain.get();
    }
  }

  /// Whether the full protocol is used for a client that offers `protocol`.
  public boolean speaksFull(ProtocolOffer protocol) {
    return full != null && protocol.wantsFull();
  }

  public boolean agreeToCompression(ProtocolOffer protocol) {
    return choice(protocol).compressed() != null;
  }

  public Session of(ProtocolOffer protocol, @Nullable PerMessageDeflate agreed) {
    return choice(protocol).of(agreed);
  }

  private Choice choice(ProtocolOffer protocol) {
    return full != null && protocol.wantsFull() ? full : base;
  }
}
