package dev.tertulia.server.relay;

import dev.tertulia.server.topic.TopicName;
import java.util.concurrent.CompletableFuture;

/// The relay of a single node: there is nobody else.
public final class LocalRelay implements Relay {
  private static final CompletableFuture<Boolean> IN_FORCE =
      CompletableFuture.completedFuture(true);

  @Override
  public Sent send(RelayMessage message) {
    return Sent.QUEUED;
  }

  @Override
  public CompletableFuture<Boolean> subscribe(TopicName topic) {
    return IN_FORCE.copy();
  }

  @Override
  public void unsubscribe(TopicName topic) {}

  @Override
  public Counts counts() {
    return Counts.NONE;
  }

  @Override
  public void close() {}
}
