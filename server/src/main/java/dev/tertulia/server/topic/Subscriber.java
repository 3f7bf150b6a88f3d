package dev.tertulia.server.topic;

import dev.tertulia.server.model.ClientId;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A receiver of the publications of topics. Belongs to one loop, which is the only thread that
/// calls it.
public interface Subscriber {
  /// The client that it is of; `null` for none.
  default @Nullable ClientId client() {
    return null;
  }

  /// Receives the publications of a turn, already encoded. It may end its own subscriptions
  /// meanwhile, but no others.
  ///
  /// @param frames shared with other subscribers: to keep it, retain it; its indices must not be
  ///   moved
  /// @param from the index at which the part for this subscriber begins
  void deliver(ByteBuf frames, int from);

  /// The log of `topic` has lost its end: entries that were delivered no longer exist. May start
  /// and end its own subscriptions.
  default void rolledBack(TopicName topic) {}

  /// A stored entry of `topic` could not be delivered, so the next delivery follows a gap, which
  /// the subscriber must close, or end. May start and end its own subscriptions.
  default void missed(TopicName topic) {
    rolledBack(topic);
  }

  /// A delivery to this subscriber has failed, and it is unknown how much of it has arrived.
  default void broken(Throwable failure) {
    throw new IllegalStateException("this subscriber does not accept deliveries", failure);
  }
}
