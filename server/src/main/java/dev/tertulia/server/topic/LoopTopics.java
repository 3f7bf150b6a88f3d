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
    Audience audience = audiences.get(topic);
    if (audience == null) {
      audience = new Audience(topic, formats);
      audiences.put(topic, audience);
    }
    if (audience.isEmpty(format.index())) {
      interest.add(topic, loop.index(), format.index());
    }
    return audience.add(format.index(), subscriber);
  }

  /// Ends a subscription at once: what waits for the end of the turn is not delivered any more.
  /// O(1).
  public void unsubscribe(Subscription subscription) {
    Audience audience = subscription.audience();
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
