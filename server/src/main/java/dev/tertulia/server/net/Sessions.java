package dev.tertulia.server.net;

import dev.tertulia.server.connection.Session;
import org.jspecify.annotations.Nullable;

/// What WebSocket connections speak, by what their handshake has agreed on.
///
/// @param plain for those that are sent what is not compressed
/// @param compressed for those that are sent what is; `null` if compression is not agreed to
public record Sessions(Session plain, @Nullable Session compressed) {
  boolean agreeToCompression() {
    return compressed != null;
  }

  Session of(@Nullable PerMessageDeflate agreed) {
    return compressed != null && agreed != null && agreed.compressesForClient()
        ? compressed
        : plain;
  }
}
