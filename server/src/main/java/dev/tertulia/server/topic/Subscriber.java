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

  /// Something of `topic` that is kept could not be delivered: what comes next has a gap before it,
  /// which the subscriber must close, or end. May begin and end its own subscriptions.
  default void missed(TopicName topic) {
    rolledBack(topic);
  }

  /// It failed while it took what it was delivered, and nobody knows how much of it has arrived.
  default void broken(Throwable failure) {
    throw new IllegalStateException("this subscriber does not accept deliveries", failure);
  }
}
