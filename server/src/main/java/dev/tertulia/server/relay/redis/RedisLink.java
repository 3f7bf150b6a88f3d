package dev.tertulia.server.relay.redis;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A pair of connections to Redis, one that publishes and one that receives, from when they are
/// connected until one of them fails; they never reconnect. For the thread of the relay.
interface RedisLink extends AutoCloseable {
  /// Receives what is published in subscribed channels. On a thread of Lettuce; must not block.
  interface Receiver {
    void received(byte[] channel, byte[] frame);
  }

  /// A frame on its way.
  record Frame(byte[] channel, byte[] bytes) {}

  /// Publishes frames, in order, and flushes them.
  ///
  /// @return completed when all are published, in bounded time
  CompletableFuture<?> publish(List<Frame> frames);

  /// Subscribes to channels.
  ///
  /// @return completed when what is published afterwards is received, in bounded time
  CompletableFuture<?> subscribe(Collection<byte[]> channels);

  /// Ends subscriptions, soon.
  void unsubscribe(byte[] channel);

  /// Whether the server reaches all subscribers: it is a master, or part of a cluster that works.
  /// One that was demoted or cut off accepts what is published, and tells only its own.
  ///
  /// @return completed in bounded time
  CompletableFuture<Boolean> isSound();

  /// Whether both connections are still open, as far as is known.
  boolean isOpen();

  /// Closes both, without waiting for anything.
  @Override
  void close();
}
