package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Refusal;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A way to put a publication into bytes. Connections that share a format share the bytes.
public interface WireFormat {
  /// The format's number, from 0, below [Fanout#MAX_FORMATS].
  int index();

  /// The bytes of `publication`, complete as they go onto the wire. Safe for any thread.
  ///
  /// @return a direct buffer; the caller owns its one reference. `null` if those who speak this
  ///   format are not told of such a thing
  @Nullable ByteBuf encode(Publication publication);

  /// The same as [#encode(Publication)], for a format that can make its bytes from another's.
  ///
  /// @param others the bytes in other formats, by index: those of a lower index that are in use,
  ///   and `null` for the rest; only to be read
  default @Nullable ByteBuf encode(Publication publication, @Nullable ByteBuf[] others) {
    return encode(publication);
  }

  /// The bytes of an answer to one connection, complete as they go onto the wire. Safe for any
  /// thread.
  ///
  /// @return a direct buffer; the caller owns its one reference
  ByteBuf encode(Refusal refusal);

  /// The bytes of `json`, a message for one connection, complete as they go onto the wire. Safe for
  /// any thread.
  ///
  /// @param json UTF-8
  /// @return a direct buffer; the caller owns its one reference
  ByteBuf frame(byte[] json);

  /// The same as [#frame(byte[])], for a message by which a client has a topic up to `pos`. A
  /// format in which clients resume by what they were sent last says so with it.
  ///
  /// @param pos as clients are told it
  default ByteBuf frame(byte[] json, TopicName topic, String pos) {
    return frame(json);
  }
}
