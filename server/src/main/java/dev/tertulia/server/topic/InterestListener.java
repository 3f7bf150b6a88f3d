package dev.tertulia.server.topic;

/// Is told which topics have subscribers on this node. Called on the loops, one call for a topic at
/// a time, in the order in which it happens; must not wait.
public interface InterestListener {
  /// Nobody wants to know.
  InterestListener NONE =
      new InterestListener() {
        @Override
        public void wanted(TopicName topic) {}

        @Override
        public void unwanted(TopicName topic) {}
      };

  /// A topic has its first subscriber, which gets nothing before this returns.
  void wanted(TopicName topic);

  /// The last subscriber of a topic has left.
  void unwanted(TopicName topic);
}
