package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.CloseReason;
import io.netty.buffer.ByteBuf;

/// The socket under a connection. All methods are for the connection's loop alone.
public interface Wire {
  /// Adds `frames` to what the next [#flush] sends, and takes over one reference to it.
  void write(ByteBuf frames);

  /// Sends what was written since the last flush.
  void flush();

  /// Whether the socket still takes more without heaping it up. When that turns from `false` to
  /// `true`, [Connection#writable] is called.
  boolean isWritable();

  /// How many bytes it takes before it would be [#isWritable] no more; 0 if it is not.
  int writableBytes();

  /// Sends a ping with the next flush.
  void ping();

  /// Stops reading: the peer will feel it, and nothing is lost.
  void pauseReading();

  /// Reads again, beginning with what had arrived already.
  void resumeReading();

  /// Sends a close frame, waits a while for the peer's, and ends the socket. Then, and whenever the
  /// socket ends for another reason, [Connection#ended] is called, once.
  void close(CloseReason reason);
}
