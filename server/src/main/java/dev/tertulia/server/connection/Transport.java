package dev.tertulia.server.connection;

import dev.tertulia.server.model.CloseReason;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The socket of a connection. All methods are for the loop of the connection only.
public interface Transport {
  /// Where the peer connects from; `null` if that is not known.
  default @Nullable InetAddress peerAddress() {
    return null;
  }

  /// Adds `frames` to the output of the next [#flush], and takes over one reference.
  void write(ByteBuf frames);

  /// Sends everything written since the last flush.
  void flush();

  /// Whether the socket accepts more without buffering without bound. When this changes from
  /// `false` to `true`, [Connection#writable] is called.
  boolean isWritable();

  /// The number of bytes that can be written before it is no longer [#isWritable]; 0 if it is not.
  int writableBytes();

  /// How many bytes must still be written to complete what was begun, so that the reason of the end
  /// can follow; 0 if the reason can follow at any time.
  default int missingBytes() {
    return 0;
  }

  /// Sends a ping with the next flush.
  void ping();

  /// Stops reading: TCP slows the peer down, and nothing is lost.
  void pauseReading();

  /// Resumes reading, beginning with input that has already arrived.
  void resumeReading();

  /// Sends a close frame, waits some time for that of the peer, and closes the socket. Then, and
  /// whenever the socket ends for another reason, [Connection#ended] is called once.
  void close(CloseReason reason);
}
