package dev.tertulia.server.topic;

import dev.tertulia.server.engine.EngineGuard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One loop's share of all topics: those of its connections' subscriptions. Owned by the loop.
///
/// What arrives within a turn is gathered by topic, and goes to the subscribers when the loop asks
/// for it with [#distribute]. Inboxes and the broadcasts are one to their readers: what comes in
/// both is not gathered together, so that everybody gets it in the order in which it was stored.
///
/// Each topic is served on its own: if that fails, its subscribers are told with
/// [Subscriber#missed], and those of other topics don't notice.
public final class LoopTopics {
  private final Loop loop;
  private final Interest interest;
  private final int formats;
  private final LoopBacklog backlog;
  private final EngineGuard guard;
  private Runnable flush = () -> {};
  private final Map<TopicName, Audience> audiences = new HashMap<>();
  private final List<Audience> waiting = new ArrayList<>();

  /// What is charged of what waits for the end of the turn.
  private long waitingBytes;

  /// Of which kind what waits is, as far as inboxes and broadcasts go; `null` for neither.
  private TopicName.@Nullable Kind waitingOfInboxes;

  LoopTopics(Loop loop, Interest interest, int formats, LoopBacklog backlog, EngineGuard guard) {
    this.loop = loop;
    this.interest = interest;
    this.formats = formats;
    this.backlog = backlog;
    this.guard = guard;
  }

  /// Has `flush` called on the loop whenever something waits to be distributed at the end of its
  /// turn. Before anybody subscribes.
  public void onGathered(Runnable flush) {
    this.flush = flush;
  }

  /// Subscribes from the next publication on. O(1).
  public Subscription subscribe(TopicName topic, WireFormat format, Subscriber subscriber) {
    Audience audience = audiences.get(topic);
    if (audience == null) {
      audience = begin(topic, noteInterest(topic, format));
    } else if (audience.isEmpty(format.index())) {
      noteInterest(topic, format);
    }
    return audience.add(format.index(), subscriber);
  }

  /// Has the topic's publications come to this loop from now on, and not to the subscriber yet. All
  /// that the log holds and that does not come can be read from now on. O(1).
  public Subscription watch(TopicName topic, WireFormat format, Subscriber subscriber) {
    long stamp = noteInterest(topic, format);
    Audience audience = audiences.get(topic);
    if (audience == null) {
      audience = begin(topic, stamp);
    }
    return audience.watch(format.index(), stamp, subscriber);
  }

  /// The last entry that this loop has been handed since a watching subscription began: all behind
  /// it comes to this loop, and what the journal had to tell of all up to it has come.
  ///
  /// @return `null` if there is none
  public @Nullable Position handed(Subscription subscription) {
    return subscription.audience().handed(subscription);
  }

  /// Has a watching subscription begin behind `head`: the subscriber gets every entry that comes
  /// after it, and none up to it. O(1).
  ///
  /// @param head the offset of the last entry that the subscriber has from the log: one that was
  ///   the newest when it was read, after the watching began, or at least what was [#handed]
  /// @return `false` if entries behind `head` have been handed to this loop already: they are to be
  ///   read from the log as well, and nothing has changed
  public boolean activate(Subscription subscription, long head) {
    return subscription.audience().activate(subscription, head);
  }

  /// Whether [#activate] would be done.
  public boolean mayActivate(Subscription subscription, long head) {
    return subscription.audience().mayActivate(head);
  }

  /// Which entries a subscription has brought to its subscriber as they were stored; what the
  /// subscriber has from the log is not among them. O(1), and nothing is kept for it as entries go
  /// by.
  ///
  /// @return `null` if there is none
  public @Nullable OffsetRange sent(Subscription subscription) {
    return subscription.audience().sent(subscription);
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

  /// Gives each subscriber what has been gathered, and forgets it. Never throws.
  ///
  /// @return how many publications of one topic went out together, on an average; 0 if there was
  ///   nothing to give
  public int distribute() {
    int topics = waiting.size();
    int publications = 0;
    for (int i = 0; i < topics; i++) {
      Audience audience = waiting.get(i);
      try {
        publications += audience.distribute();
      } catch (Throwable failure) {
        failed(audience, failure);
      }
    }
    waiting.clear();
    waitingOfInboxes = null;
    if (waitingBytes > 0) {
      backlog.giveBack(waitingBytes);
      waitingBytes = 0;
    }
    return topics == 0 ? 0 : publications / topics;
  }

  /// How many topics this loop has subscribers to.
  public int size() {
    return audiences.size();
  }

  /// Takes a batch, with a reference to every buffer in it. A journal's thread. Never throws.
  void hand(List<Delivery> batch) {
    HandOver handOver = new HandOver(batch);
    try {
      loop.execute(handOver);
    } catch (RejectedExecutionException loopHasEnded) {
      handOver.takeBack();
    } catch (Throwable failure) {
      guard.caught("handing publications to an event loop", failure);
      if (handOver.takeBack()) {
        batch.stream().map(Delivery::topic).distinct().forEach(this::handMissed);
      }
    }
  }

  /// A batch on its way to the loop. It may have been queued although handing it over failed, so
  /// that it is settled which of the two it is.
  private final class HandOver implements Runnable {
    private final List<Delivery> batch;
    private final long charged;
    private final AtomicBoolean taken = new AtomicBoolean();

    HandOver(List<Delivery> batch) {
      this.batch = batch;
      long bytes = 0;
      for (Delivery delivery : batch) {
        bytes += delivery.bytes();
      }
      charged = bytes;
      backlog.charge(charged);
    }

    @Override
    public void run() {
      if (taken.compareAndSet(false, true)) {
        gather(batch, charged);
      }
    }

    /// @return `false` if the loop has it
    boolean takeBack() {
      boolean mine = taken.compareAndSet(false, true);
      if (mine) {
        batch.forEach(Delivery::release);
        backlog.giveBack(charged);
      }
      return mine;
    }
  }

  /// Has the subscribers of `topic` told that they have missed something. A journal's thread. If
  /// not even that can be handed to the loop, there is a gap that nobody knows of: then the process
  /// ends.
  void handMissed(TopicName topic) {
    try {
      loop.execute(() -> missed(topic));
    } catch (RejectedExecutionException loopHasEnded) {
      // Nobody is left to be told.
    } catch (Throwable failure) {
      guard.fatal("telling an event loop that it has missed a publication", failure);
    }
  }

  /// Waits until no more than its bound waits here. A journal's thread.
  void awaitRoom() {
    backlog.awaitRoom();
  }

  /// What was handed over and not given out, in bytes. Any thread.
  long backlogBytes() {
    return backlog.bytes();
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
      tell(audience, subscriber -> subscriber.rolledBack(topic));
    }
  }

  private void missed(TopicName topic) {
    Audience audience = audiences.get(topic);
    if (audience != null) {
      tell(audience, subscriber -> subscriber.missed(topic));
    }
  }

  private void failed(Audience audience, Throwable failure) {
    guard.caught("the delivery to the subscribers of a topic", failure);
    tell(audience, subscriber -> subscriber.missed(audience.topic()));
  }

  /// Tells each one, though another fails at it.
  private void tell(Audience audience, Consumer<Subscriber> what) {
    for (Subscriber subscriber : audience.beginAgain()) {
      try {
        what.accept(subscriber);
      } catch (Throwable failure) {
        guard.caught("telling a subscriber to start over", failure);
      }
    }
  }

  private long noteInterest(TopicName topic, WireFormat format) {
    return interest.add(topic, loop.index(), format.index());
  }

  private Audience begin(TopicName topic, long since) {
    Audience audience = new Audience(topic, formats, since);
    audiences.put(topic, audience);
    return audience;
  }

  private void gather(List<Delivery> batch, long charged) {
    waitingBytes += charged;
    for (int i = 0; i < batch.size(); i++) {
      Delivery delivery = batch.get(i);
      Audience audience = audiences.get(delivery.topic());
      if (audience == null || audience.isYoungerThan(delivery)) {
        delivery.release();
      } else {
        gather(audience, delivery);
      }
    }
    flush.run();
  }

  private void gather(Audience audience, Delivery delivery) {
    keepOrder(delivery.topic().kind());
    if (audience.countGathered()) {
      waiting.add(audience);
    }
    try {
      audience.gather(delivery);
    } catch (Throwable failure) {
      failed(audience, failure);
    }
  }

  /// Gives out what has been gathered of broadcasts before something comes to an inbox, and the
  /// other way round.
  private void keepOrder(TopicName.Kind kind) {
    if (kind == TopicName.Kind.INBOX || kind == TopicName.Kind.BROADCASTS) {
      if (waitingOfInboxes != null && waitingOfInboxes != kind) {
        distribute();
      }
      waitingOfInboxes = kind;
    }
  }
}
