package dev.tertulia.server.net;

import dev.tertulia.server.connection.Session;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What WebSocket connections speak, by what their handshake has agreed on.
///
/// @param base the base protocol
/// @param full the full protocol; `null` if it is not spoken here, and then nobody is promised it
public record Sessions(Choice base, @Nullable Choice full) {
  /// Who speaks one protocol with a connection. Asked on the connection's loop, once for each.
  ///
  /// @param plain for those that are sent what is not compressed
  /// @param compressed for those that are sent what is; `null` if compression is not agreed to
  public record Choice(
      Supplier<? extends Session> plain, @Nullable Supplier<? extends Session> compressed) {
    /// One session for all connections of a kind.
    public static Choice shared(Session plain, @Nullable Session compressed) {
      return new Choice(() -> plain, compressed == null ? null : () -> compressed);
    }

    private Session of(@Nullable PerMessageDeflate agreed) {
      return compressed != null && agreed != null && agreed.compressesForClient()
          ? compressed.get()
          : plain.get();
    }
  }

  /// Whether a client that offers `protocol` is spoken to in the full protocol.
  boolean speaksFull(ProtocolOffer protocol) {
    return full != null && protocol.wantsFull();
  }

  boolean agreeToCompression(ProtocolOffer protocol) {
    return choice(protocol).compressed() != null;
  }

  Session of(ProtocolOffer protocol, @Nullable PerMessageDeflate agreed) {
    return choice(protocol).of(agreed);
  }

  private Choice choice(ProtocolOffer protocol) {
    return full != null && protocol.wantsFull() ? full : base;
  }
}
