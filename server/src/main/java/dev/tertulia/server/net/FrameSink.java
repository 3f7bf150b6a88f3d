package dev.tertulia.server.net;

import dev.tertulia.server.protocol.CloseReason;

/// What becomes of the frames that a peer sends.
interface FrameSink {
  /// A text message, whole.
  ///
  /// @param utf8 valid from `offset` on, `length` bytes; not to be kept
  void text(byte[] utf8, int offset, int length);

  /// Whether binary messages are wanted. If not, one is refused by its header, with 1003.
  default boolean takesBinary() {
    return false;
  }

  /// A binary message, whole; only if they are wanted.
  ///
  /// @param bytes from `offset` on, `length` of them; not to be kept
  default void binary(byte[] bytes, int offset, int length) {
    throw new IllegalStateException("binary messages are not accepted");
  }

  /// A ping, to be answered with a pong of the same content.
  void ping(byte[] payload);

  /// A pong, or a part of a message that is not whole yet: a sign of life.
  void signOfLife();

  /// The peer's close frame: the last that is read.
  ///
  /// @param reason what it said; [CloseReason#NORMAL] if nothing
  void closed(CloseReason reason);

  /// The peer broke a rule, and nothing more is read.
  ///
  /// @param reason the close frame to answer with
  void violated(CloseReason reason);

  /// Whether reading is to stop for now, after the frame just read.
  boolean isPaused();
}
