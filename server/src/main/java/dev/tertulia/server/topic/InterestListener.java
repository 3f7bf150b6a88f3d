package dev.tertulia.server.topic;

import java.util.concurrent.CompletableFuture;

/// Is told which topics have subscribers on this node. Called on the loops, one call for a topic at
/// a time, in the order in which it happens; must not wait.
public interface InterestListener {
  /// Of a topic that is open.
  CompletableFuture<?> OPEN = CompletableFuture.completedFuture(null);

  /// Nobody wants to know.
  InterestListener NONE =
      new InterestListener() {
        @Override
        public void wanted(TopicName topic) {}

        @Override
        public void unwanted(TopicName topic) {}

        @Override
        public CompletableFuture<?> opened(TopicName topic) {
          return OPEN;
        }
      };

  /// A topic has its first subscriber, which gets nothing before this returns.
  void wanted(TopicName topic);

  /// The last subscriber of a topic has left.
  void unwanted(TopicName topic);

  /// Whether whatever is stored from now on in a wanted topic is delivered. Never blocks.
  ///
  /// @return completed when it is, by a thread that must not wait; done if it is so already
  CompletableFuture<?> opened(TopicName topic);
}
