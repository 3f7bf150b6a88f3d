package dev.tertulia.server.protocol;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/// Makes the events of one stream of what its session writes, for a format that shares most of the
/// bytes of an event between streams. Owned by the loop of the stream.
public interface EventOutput {
  /// Passes on what the session has written, possibly a piece of an event, and takes over the
  /// reference.
  ///
  /// @param out receives the output, with a reference
  void pass(ByteBuf written, Consumer<ByteBuf> out);

  /// Whether the output so far ends with a complete event, so that another one may follow that is
  /// not the session's.
  boolean isAtBoundary();

  /// How many bytes the session must still write to complete an event of which a part was passed
  /// on; 0 if there is none.
  int missingBytes();

  /// Ends the stream: nothing is passed on any more.
  void end();
}
