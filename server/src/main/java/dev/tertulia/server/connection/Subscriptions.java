package dev.tertulia.server.connection;

import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The subscriptions of one connection, by topic. Owned by the connection's loop.
///
/// Nearly all connections have a handful, kept in an array of exactly that length; only a
/// connection with more than [#FEW] gets a map. Adding is O(1).
final class Subscriptions {
  /// The maximum number of subscriptions that are searched linearly.
  private static final int FEW = 8;

  private static final Subscription[] NONE = {};

  private Subscription[] few = NONE;
  private @Nullable Map<TopicName, Subscription> many;

  /// Adds a subscription to a topic that has none.
  void add(Subscription subscription) {
    if (many != null) {
      many.put(subscription.topic(), subscription);
    } else if (few.length < FEW) {
      few = Arrays.copyOf(few, few.length + 1);
      few[few.length - 1] = subscription;
    } else {
      Map<TopicName, Subscription> map = new HashMap<>(FEW * 4);
      forEach(one -> map.put(one.topic(), one));
      map.put(subscription.topic(), subscription);
      many = map;
      few = NONE;
    }
  }

  /// Removes a subscription; no effect if it is not there.
  void remove(Subscription subscription) {
    if (many != null) {
      many.remove(subscription.topic(), subscription);
      return;
    }
    for (int i = 0; i < few.length; i++) {
      if (few[i] == subscription) {
        Subscription[] left = Arrays.copyOf(few, few.length - 1);
        if (i < left.length) {
          left[i] = few[left.length];
        }
        few = left;
        return;
      }
    }
  }

  /// The subscription to `topic`; `null` if there is none.
  @Nullable Subscription to(TopicName topic) {
    if (many != null) {
      return many.get(topic);
    }
    for (Subscription subscription : few) {
      if (subscription.topic().equals(topic)) {
        return subscription;
      }
    }
    return null;
  }

  void forEach(Consumer<Subscription> action) {
    if (many != null) {
      many.values().forEach(action);
    }
    for (Subscription subscription : few) {
      action.accept(subscription);
    }
  }

  void clear() {
    few = NONE;
    many = null;
  }
}
