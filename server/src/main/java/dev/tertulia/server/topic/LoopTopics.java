package dev.tertulia.server.topic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/// One loop's share of all topics: those of its connections' subscriptions. Owned by the loop.
///
/// What arrives within a turn is gathered by topic, and goes to the subscribers when the loop asks
/// for it with [#distribute].
public final class LoopTopics {
  private final Loop loop;
  private final Interest interest;
  private final int formats;
  private final Runnable flush;
  private final Map<TopicName, Audience> audiences = new HashMap<>();
  private final List<Audience> waiting = new ArrayList<>();

  LoopTopics(Loop loop, Interest interest, int formats, Runnable flush) {
    this.loop = loop;
    this.interest = interest;
    this.formats = formats;
    this.flush = flush;
  }

  /// Subscribes from the next publication on. O(1).
  public Subscription subscribe(TopicName topic, WireFormat format, Subscriber subscriber) {
    Audience audience = audience(topic);
    if (audience.isEmpty(format.index())) {
      interest.add(topic, loop.index(), format.index());
    }
    return audience.add(format.index(), subscriber);
  }

  /// Has the topic's publications come to this loop from now on, and not to the subscriber yet. All
  /// that the log holds and that does not come can be read from now on. O(1).
  public Subscription watch(TopicName topic, WireFormat format, Subscriber subscriber) {
    Audience audience = audience(topic);
    interest.add(topic, loop.index(), format.index());
    return audience.watch(format.index(), subscriber);
  }

  /// Has a watching subscription begin behind `head`: the subscriber gets every entry that comes
  /// after it, and none up to it. O(1).
  ///
  /// @param head the offset of the last entry that the subscriber has from the log, which was the
  ///   newest when it was read, after the watching began
  /// @return `false` if entries behind `head` have been handed to this loop already: they are to be
  ///   read from the log as well, and nothing has changed
  public boolean activate(Subscription subscription, long head) {
    return subscription.audience().activate(subscription, head);
  }

  /// Ends a subscription at once, in whatever state: what waits for the end of the turn is not
  /// delivered any more. Without effect if it has ended. O(1).
  public void unsubscribe(Subscription subscription) {
    Audience audience = subscription.audience();
    if (audience.isEmpty()) {
      return;
    }
    audience.remove(subscription);
    if (audience.isEmpty()) {
      audiences.remove(audience.topic());
      interest.remove(audience.topic(), loop.index());
    }
  }

  /// Gives each subscriber what has been gathered, and forgets it.
  public void distribute() {
    for (Audience audience : waiting) {
      audience.distribute();
    }
    waiting.clear();
  }

  /// How many topics this loop has subscribers to.
  public int size() {
    return audiences.size();
  }

  /// Takes a batch, with a reference to every buffer in it. A journal's thread.
  void hand(List<Delivery> batch) {
    try {
      loop.execute(() -> gather(batch));
    } catch (RejectedExecutionException loopHasEnded) {
      batch.forEach(Delivery::release);
    }
  }

  /// Has the subscribers told that the log of `topic` has lost its end. The journal's thread.
  void handRolledBack(TopicName topic) {
    try {
      loop.execute(() -> rolledBack(topic));
    } catch (RejectedExecutionException loopHasEnded) {
      // Nobody is left to be told.
    }
  }

  private void rolledBack(TopicName topic) {
    Audience audience = audiences.get(topic);
    if (audience != null) {
      audience.rolledBack().forEach(subscriber -> subscriber.rolledBack(topic));
    }
  }

  private Audience audience(TopicName topic) {
    Audience audience = audiences.get(topic);
    if (audience == null) {
      audience = new Audience(topic, formats);
      audiences.put(topic, audience);
    }
    return audience;
  }

  private void gather(List<Delivery> batch) {
    for (Delivery delivery : batch) {
      Audience audience = audiences.get(delivery.topic());
      if (audience == null) {
        delivery.release();
      } else if (audience.gather(delivery)) {
        waiting.add(audience);
      }
    }
    flush.run();
  }
}
