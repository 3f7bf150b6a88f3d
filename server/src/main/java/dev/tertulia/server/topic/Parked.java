package dev.tertulia.server.topic;

import java.util.Arrays;

/// Subscriptions that begin with the first delivery behind an offset, each with its own. Owned by
/// the loop.
final class Parked extends Group {
  private static final long[] NONE = {};

  private long[] heads = NONE;

  /// @param head the offset of the last entry that the subscriber has from elsewhere
  void park(Subscription subscription, long head) {
    put(subscription);
    if (subscription.place == heads.length) {
      heads = Arrays.copyOf(heads, Math.max(1, heads.length * 2));
    }
    heads[subscription.place] = head;
  }

  /// Whether `delivery` lies behind all that the subscriber at `place` has. What is not kept comes
  /// after the entry that was the newest then.
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
