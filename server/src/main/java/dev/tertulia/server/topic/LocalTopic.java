package dev.tertulia.server.topic;

import dev.tertulia.server.topic.Fanout.Delivery;
import dev.tertulia.server.topic.Subscription.Group;
import dev.tertulia.server.topic.Subscription.State;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The subscribers of one topic on one loop, with the publications gathered for them in this turn.
/// Owned by the loop.
///
/// Watching subscriptions count as interest, so that this loop receives new publications; the
/// offset up to which it has received them tells a watching subscriber where live delivery begins.
/// The seam between what a subscriber reads from the log and what is delivered to it is an offset,
/// the subscriber's head: it has all entries up to that offset from the log, and is parked until
/// the first delivery after it. For active subscribers no offsets are compared.
final class LocalTopic {
  private final TopicName topic;
  private final @Nullable FormatGroup[] byFormat;
  private @Nullable Group watching;
  private @Nullable Parked parked;
  private int size;

  /// The number of publications that wait for the end of the turn.
  private int gathered;

  /// The stamp of the interest with which this audience began.
  private final long since;

  /// The offset up to which the topic's entries have been handed to this loop; 0 for none.
  private long lastSeen;

  /// The offset of the first entry handed to this loop; 0 for none.
  private long firstSeen;

  /// The position of the last entry handed over, and the stamp with which it was.
  private @Nullable Position last;

  private long lastStamp;

  /// @param since the stamp of the interest that the loop has registered for it
  LocalTopic(TopicName topic, int formats, long since) {
    this.topic = topic;
    this.since = since;
    byFormat = new FormatGroup[formats];
  }

  TopicName topic() {
    return topic;
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean isEmpty(int format) {
    FormatGroup formatGroup = byFormat[format];
    return formatGroup == null || formatGroup.isEmpty();
  }

  Subscription add(int format, Subscriber subscriber) {
    Subscription subscription = new Subscription(this, subscriber, format, lastSeen, State.ACTIVE);
    size++;
    listen(subscription);
    return subscription;
  }

  /// @param stamp the stamp of the interest that the loop has registered for the subscription
  Subscription watch(int format, long stamp, Subscriber subscriber) {
    Subscription subscription = new Subscription(this, subscriber, format, stamp, State.WATCHING);
    size++;
    if (watching == null) {
      watching = new Group();
    }
    watching.put(subscription);
    return subscription;
  }

  /// Implements [LoopTopics#handed].
  @Nullable Position handed(Subscription subscription) {
    return lastStamp >= subscription.stamp() ? last : null;
  }

  /// Implements [LoopTopics#mayActivate].
  boolean mayActivate(long head) {
    return lastSeen <= head;
  }

  /// Implements [LoopTopics#activate].
  boolean activate(Subscription subscription, long head) {
    if (!mayActivate(head)) {
      return false;
    }
    groupOf(subscription).remove(subscription);
    subscription.beginBehind(head);
    if (lastSeen == head) {
      listen(subscription);
    } else {
      if (parked == null) {
        parked = new Parked();
      }
      subscription.state = State.PARKED;
      parked.park(subscription, head);
    }
    return true;
  }

  /// Implements [LoopTopics#sent].
  @Nullable OffsetRange sent(Subscription subscription) {
    if (subscription.place == Subscription.NOWHERE
        || subscription.state != State.ACTIVE
        || firstSeen == 0) {
      return null;
    }
    long after = subscription.begin() == 0 ? firstSeen - 1 : subscription.begin();
    return after < lastSeen ? new OffsetRange(after, lastSeen) : null;
  }

  /// Removes a subscription; no effect if it has ended.
  void remove(Subscription subscription) {
    if (subscription.place != Subscription.NOWHERE) {
      size--;
      groupOf(subscription).remove(subscription);
      if (parked != null && parked.isEmpty()) {
        parked = null;
      }
      if (watching != null && watching.isEmpty()) {
        watching = null;
      }
    }
  }

  /// Whether `delivery` was handed over for an earlier audience of the topic. Entries between it
  /// and the first delivery for this audience may be missing, so it is not for this one either.
  boolean isYoungerThan(Delivery delivery) {
    return delivery.stamp() < since;
  }

  /// Counts one more publication of this turn.
  ///
  /// @return whether it is the first
  boolean countGathered() {
    return gathered++ == 0;
  }

  /// Gathers `delivery` and takes over its references, even if it fails.
  void gather(Delivery delivery) {
    int format = 0;
    try {
      if (parked != null) {
        unpark(parked, delivery);
      }
      lastSeen = Math.max(lastSeen, delivery.head());
      if (delivery.position() != null) {
        if (firstSeen == 0) {
          firstSeen = delivery.head();
        }
        last = delivery.position();
        lastStamp = delivery.stamp();
      }
      for (; format < byFormat.length; format++) {
        ByteBuf frame = delivery.frames()[format];
        FormatGroup formatGroup = byFormat[format];
        if (frame == null) {
          continue;
        }
        if (formatGroup == null) {
          frame.release();
        } else {
          formatGroup.gather(frame, delivery.except());
        }
      }
    } catch (Throwable failure) {
      for (; format < byFormat.length; format++) {
        ByteBuf frame = delivery.frames()[format];
        if (frame != null) {
          frame.release();
        }
      }
      throw failure;
    }
  }

  /// Delivers what has been gathered to the subscribers. A failure for one format does not affect
  /// the others.
  ///
  /// @return the number of publications delivered
  int distribute(DeliveryMeters meters) {
    int given = gathered;
    gathered = 0;
    Throwable failure = null;
    for (FormatGroup formatGroup : byFormat) {
      if (formatGroup != null) {
        try {
          formatGroup.distribute(meters);
        } catch (Throwable e) {
          failure = e;
        }
      }
    }
    if (failure != null) {
      throw new IllegalStateException(
          "the subscribers of a topic have missed a publication", failure);
    }
    return given;
  }

  /// Resets the state, because what was handed over no longer determines what follows: the log has
  /// lost its end, or something was not delivered.
  ///
  /// @return all subscribers that must be told
  List<Subscriber> beginAgain() {
    lastSeen = 0;
    firstSeen = 0;
    last = null;
    List<Subscriber> all = new ArrayList<>(size);
    for (FormatGroup formatGroup : byFormat) {
      addTo(all, formatGroup);
    }
    addTo(all, watching);
    addTo(all, parked);
    return all;
  }

  private static void addTo(List<Subscriber> all, @Nullable Group group) {
    if (group != null) {
      group.forEach(subscription -> {
        if (subscription.state != State.WATCHING) {
          // The range of sent entries starts again with the next delivery.
          subscription.beginBehind(0);
        }
        all.add(subscription.subscriber());
      });
    }
  }

  private void unpark(Parked all, Delivery delivery) {
    for (int i = all.size() - 1; i >= 0; i--) {
      Subscription subscription = all.get(i);
      if (subscription != null && all.isDue(i, delivery)) {
        all.remove(subscription);
        listen(subscription);
      }
    }
    if (all.isEmpty()) {
      parked = null;
    }
  }

  private void listen(Subscription subscription) {
    FormatGroup formatGroup = byFormat[subscription.format()];
    if (formatGroup == null) {
      formatGroup = new FormatGroup();
      byFormat[subscription.format()] = formatGroup;
    }
    subscription.state = State.ACTIVE;
    formatGroup.add(subscription);
  }

  private Group groupOf(Subscription subscription) {
    Group group =
        switch (subscription.state) {
          case WATCHING -> watching;
          case PARKED -> parked;
          case ACTIVE -> byFormat[subscription.format()];
        };
    if (group == null) {
      throw new IllegalStateException("the subscription has ended");
    }
    return group;
  }

  /// Subscriptions that become active with the first delivery after an offset, each with its own.
  /// Owned by the loop.
  private static final class Parked extends Group {
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

    /// Whether `delivery` comes after all entries that the subscriber at `place` has. A signal
    /// comes after the entry that was the newest at its time.
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
}
