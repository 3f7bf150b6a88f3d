package dev.tertulia.server.topic;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The subscription of one subscriber to one topic on one loop. Owned by that loop.
///
/// It begins either active or watching: while it is watching, the loop receives the publications of
/// the topic but the subscriber does not, until [LoopTopics#activate] sets where delivery begins.
public final class Subscription {
  /// The index of an ended subscription.
  static final int NOWHERE = -1;

  /// The state of a subscription.
  enum State {
    WATCHING,
    PARKED,
    ACTIVE
  }

  private final LocalTopic localTopic;
  private final Subscriber subscriber;
  private final byte format;

  /// While watching, the stamp of the interest with which it began: everything handed over with
  /// this stamp or a greater one comes to it. Afterwards, the offset of the last entry that does
  /// not come to it; 0 if the loop had received none.
  private long mark;

  /// Maintained by the audience, together with the index in the group of that state.
  State state;

  int place = NOWHERE;

  /// The turn of the audience in which it became active, and the number of bytes gathered before
  /// that, which are not for it.
  int firstTurn;

  int firstByte;

  Subscription(LocalTopic localTopic, Subscriber subscriber, int format, long mark, State state) {
    this.localTopic = localTopic;
    this.subscriber = subscriber;
    this.format = (byte) format;
    this.mark = mark;
    this.state = state;
  }

  /// The topic.
  public TopicName topic() {
    return localTopic.topic();
  }

  LocalTopic audience() {
    return localTopic;
  }

  Subscriber subscriber() {
    return subscriber;
  }

  int format() {
    return format;
  }

  /// The stamp of a watching subscription.
  long stamp() {
    return mark;
  }

  /// The last entry that does not come to a subscription that no longer watches.
  long begin() {
    return mark;
  }

  void beginBehind(long offset) {
    mark = offset;
  }

  /// Some of the subscriptions of a topic. Each knows its index, so that it is removed in O(1): the
  /// last one takes its place. Owned by the loop.
  static class Group {
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
}
