package dev.tertulia.server.net.websocket;

import dev.tertulia.server.model.CloseReason;

/// Receives the frames of a peer.
public interface FrameSink {
  /// Receives a complete text message.
  ///
  /// @param utf8 valid from `offset` on, `length` bytes; must not be retained
  void text(byte[] utf8, int offset, int length);

  /// Whether binary messages are accepted. If not, one is refused by its header, with 1003.
  default boolean takesBinary() {
    return false;
  }

  /// Receives a complete binary message, if they are accepted.
  ///
  /// @param bytes from `offset` on, `length` of them; must not be retained
  default void binary(byte[] bytes, int offset, int length) {
    throw new IllegalStateException("binary messages are not accepted");
  }

  /// A ping, to be answered with a pong of the same content.
  void ping(byte[] payload);

  /// A sign of life: a pong, or a fragment of an incomplete message.
  void signOfLife();

  /// The close frame of the peer, which is the last frame read.
  ///
  /// @param reason its code; [CloseReason#NORMAL] if it has none
  void closed(CloseReason reason);

  /// The peer violated the protocol, and nothing more is read.
  ///
  /// @param reason the close frame to answer with
  void violated(CloseReason reason);

  /// Whether to stop reading for now, after the current frame.
  boolean isPaused();
}
