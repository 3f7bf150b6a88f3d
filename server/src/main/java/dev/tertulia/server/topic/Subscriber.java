package dev.tertulia.server.topic;

import io.netty.buffer.ByteBuf;

/// Someone to whom a topic's publications go. Belongs to one loop, and is called by no other.
public interface Subscriber {
  /// Takes the publications of a turn, already in bytes. It may end its own subscriptions
  /// meanwhile, and no one else's.
  ///
  /// @param frames shared with others: to keep it is to retain it, and its indices are not to be
  ///   moved
  /// @param from where this subscriber's part of it begins
  void deliver(ByteBuf frames, int from);

  /// The log of `topic` has lost its end: entries that were delivered are there no more. May begin
  /// and end its own subscriptions.
  default void rolledBack(TopicName topic) {}
}
