package dev.tertulia.server.topic;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Some of the subscriptions of an audience. Each knows its index, so that it is removed in O(1):
/// the last one takes its place. Owned by the loop.
class SubscriberSet {
  private static final @Nullable Subscription[] NOBODY = {};

  private @Nullable Subscription[] subscriptions = NOBODY;
  private int size;

  final boolean isEmpty() {
    return size == 0;
  }

  final int size() {
    return size;
  }

  final @Nullable Subscription get(int place) {
    return subscriptions[place];
  }

  final void put(Subscription subscription) {
    if (size == subscriptions.length) {
      subscriptions = Arrays.copyOf(subscriptions, Math.max(1, size * 2));
    }
    subscription.place = size;
    subscriptions[size++] = subscription;
  }

  void remove(Subscription subscription) {
    Subscription last = subscriptions[--size];
    subscriptions[size] = null;
    if (last != null && last != subscription) {
      last.place = subscription.place;
      subscriptions[last.place] = last;
    }
    subscription.place = Subscription.NOWHERE;
  }

  final void forEach(Consumer<Subscription> action) {
    for (int i = size - 1; i >= 0; i--) {
      Subscription subscription = subscriptions[i];
      if (subscription != null) {
        action.accept(subscription);
      }
    }
  }
}
