package dev.tertulia.server.topic;

import dev.tertulia.server.topic.Subscription.State;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The subscribers of one topic on one loop, and what this turn has brought for them. Owned by the
/// loop.
///
/// Whoever watches is counted among them, so that the loop is handed what comes; the offset up to
/// which that has happened tells him where live begins. The seam between what he reads from the log
/// and what he is delivered is an offset, his head: he has all entries up to it from the log, and
/// is parked until the first delivery behind it. Nothing is compared for those who are active.
final class Audience {
  private final TopicName topic;
  private final @Nullable Listeners[] byFormat;
  private @Nullable Group watching;
  private @Nullable Parked parked;
  private int size;

  /// How many publications wait for the end of the turn.
  private int gathered;

  /// The stamp of the interest that this audience began with.
  private final long since;

  /// The offset up to which the topic's entries have been handed to this loop; 0 for none.
  private long lastSeen;

  /// The offset of the first entry that was handed to this loop; 0 for none.
  private long firstSeen;

  /// The place of the last entry that was handed over, and the stamp under which it was.
  private @Nullable Position last;

  private long lastStamp;

  /// @param since the stamp of the interest that the loop has noted for it
  Audience(TopicName topic, int formats, long since) {
    this.topic = topic;
    this.since = since;
    byFormat = new Listeners[formats];
  }

  TopicName topic() {
    return topic;
  }

  boolean isEmpty() {
    return size == 0;
  }

  boolean isEmpty(int format) {
    Listeners listeners = byFormat[format];
    return listeners == null || listeners.isEmpty();
  }

  Subscription add(int format, Subscriber subscriber) {
    Subscription subscription = new Subscription(this, subscriber, format, lastSeen, State.ACTIVE);
    size++;
    listen(subscription);
    return subscription;
  }

  /// @param stamp of the interest that the loop has noted for it
  Subscription watch(int format, long stamp, Subscriber subscriber) {
    Subscription subscription = new Subscription(this, subscriber, format, stamp, State.WATCHING);
    size++;
    if (watching == null) {
      watching = new Group();
    }
    watching.put(subscription);
    return subscription;
  }

  /// What [LoopTopics#handed] says.
  @Nullable Position handed(Subscription subscription) {
    return lastStamp >= subscription.stamp() ? last : null;
  }

  /// What [LoopTopics#mayActivate] says.
  boolean mayActivate(long head) {
    return lastSeen <= head;
  }

  /// What [LoopTopics#activate] says.
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

  /// What [LoopTopics#sent] says.
  @Nullable OffsetRange sent(Subscription subscription) {
    if (subscription.place == Subscription.NOWHERE
        || subscription.state != State.ACTIVE
        || firstSeen == 0) {
      return null;
    }
    long after = subscription.begin() == 0 ? firstSeen - 1 : subscription.begin();
    return after < lastSeen ? new OffsetRange(after, lastSeen) : null;
  }

  /// Without effect if it is not there any more.
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

  /// Whether `delivery` was handed over for an audience before this one. Between that and what
  /// comes to this one there may be more, so it is not for this one either.
  boolean isYoungerThan(Delivery delivery) {
    return delivery.stamp() < since;
  }

  /// Counts one more that is gathered in this turn.
  ///
  /// @return whether it is the first
  boolean countGathered() {
    return gathered++ == 0;
  }

  /// Takes over the references that `delivery` brings, also if that fails.
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
        Listeners listeners = byFormat[format];
        if (frame == null) {
          continue;
        }
        if (listeners == null) {
          frame.release();
        } else {
          listeners.gather(frame, delivery.except());
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

  /// Gives the subscribers what has been gathered. If that fails for those of one format, the
  /// others have theirs.
  ///
  /// @return how many publications that was
  int distribute() {
    int given = gathered;
    gathered = 0;
    Throwable failure = null;
    for (Listeners listeners : byFormat) {
      if (listeners != null) {
        try {
          listeners.distribute();
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

  /// What was handed over says nothing of what comes: the log has lost its end, or something was
  /// not delivered.
  ///
  /// @return all who are to be told
  List<Subscriber> beginAgain() {
    lastSeen = 0;
    firstSeen = 0;
    last = null;
    List<Subscriber> all = new ArrayList<>(size);
    for (Listeners listeners : byFormat) {
      addTo(all, listeners);
    }
    addTo(all, watching);
    addTo(all, parked);
    return all;
  }

  private static void addTo(List<Subscriber> all, @Nullable Group group) {
    if (group != null) {
      group.forEach(subscription -> {
        if (subscription.state != State.WATCHING) {
          // What is sent counts from the next delivery on.
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
    Listeners listeners = byFormat[subscription.format()];
    if (listeners == null) {
      listeners = new Listeners();
      byFormat[subscription.format()] = listeners;
    }
    subscription.state = State.ACTIVE;
    listeners.add(subscription);
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
}
