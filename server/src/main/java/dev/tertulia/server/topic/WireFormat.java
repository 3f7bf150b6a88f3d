package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Refusal;
import io.netty.buffer.ByteBuf;

/// A way to put a publication into bytes. Connections that share a format share the bytes.
public interface WireFormat {
  /// The format's number, from 0, below [Fanout#MAX_FORMATS].
  int index();

  /// The bytes of `publication`, complete as they go onto the wire. Safe for any thread.
  ///
  /// @return a direct buffer; the caller owns its one reference
  ByteBuf encode(Publication publication);

  /// The bytes of an answer to one connection, complete as they go onto the wire. Safe for any
  /// thread.
  ///
  /// @return a direct buffer; the caller owns its one reference
  ByteBuf encode(Refusal refusal);
}
