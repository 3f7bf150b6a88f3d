package dev.tertulia.server.topic;

import dev.tertulia.server.model.Refusal;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// An encoding of publications. Connections that use the same format share the encoded bytes.
public interface WireFormat {
  /// The index of the format, from 0, below [Fanout#MAX_FORMATS].
  int index();

  /// Encodes `publication` completely, as sent on the wire. Safe for any thread.
  ///
  /// @return a direct buffer, owned by the caller; `null` if this format skips this kind of
  ///   publication
  @Nullable ByteBuf encode(Publication publication);

  /// Encodes `publication` as [#encode(Publication)] does, for a format that can derive its bytes
  /// from those of another format.
  ///
  /// @param others the bytes in the formats of lower index that are in use, by index, `null` for
  ///   the rest; must not be modified
  default @Nullable ByteBuf encode(Publication publication, @Nullable ByteBuf[] others) {
    return encode(publication);
  }

  /// Encodes a refusal to one connection, as sent on the wire. Safe for any thread.
  ///
  /// @return a direct buffer, owned by the caller
  ByteBuf encode(Refusal refusal);

  /// Encodes `json`, a message to one connection, as sent on the wire. Safe for any thread.
  ///
  /// @param json UTF-8
  /// @return a direct buffer, owned by the caller
  ByteBuf frame(byte[] json);

  /// Encodes `json` as [#frame(byte[])] does, for a message with which a client has a topic up to
  /// `pos`. A format from which clients resume by the last message includes the position.
  ///
  /// @param pos the position as clients see it
  default ByteBuf frame(byte[] json, TopicName topic, String pos) {
    return frame(json);
  }
}
