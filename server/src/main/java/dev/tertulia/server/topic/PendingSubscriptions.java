package dev.tertulia.server.topic;

import java.util.Arrays;

/// Subscriptions that become active with the first delivery after an offset, each with its own.
/// Owned by the loop.
final class PendingSubscriptions extends SubscriberSet {
  private static final long[] NONE = {};

  private long[] heads = NONE;

  /// @param head the offset of the last entry that the subscriber has from the log
  void park(Subscription subscription, long head) {
    put(subscription);
    if (subscription.place == heads.length) {
      heads = Arrays.copyOf(heads, Math.max(1, heads.length * 2));
    }
    heads[subscription.place] = head;
  }

  /// Whether `delivery` comes after all entries that the subscriber at `place` has. A signal comes
  /// after the entry that was the newest at its time.
  boolean isDue(int place, Delivery delivery) {
    return delivery.position() != null
        ? delivery.head() > heads[place]
        : delivery.head() >= heads[place];
  }

  @Override
  void remove(Subscription subscription) {
    heads[subscription.place] = heads[size() - 1];
    super.remove(subscription);
  }
}
