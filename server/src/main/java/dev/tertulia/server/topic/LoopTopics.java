package dev.tertulia.server.topic;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.topic.Fanout.Delivery;
import dev.tertulia.server.topic.Fanout.Interest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The topics to which connections of one loop subscribe. Owned by the loop.
///
/// Publications that arrive within a turn are gathered by topic, and delivered to the subscribers
/// when the loop calls [#distribute]. Readers see inboxes and the broadcasts as one sequence:
/// publications of both are not gathered together, so that every client receives them in the order
/// in which they were stored.
///
/// Topics are independent: after a failure in one, its subscribers are told with
/// [Subscriber#missed], and subscribers of other topics are not affected.
public final class LoopTopics {
  private final Loop loop;
  private final Interest interest;
  private final int formats;
  private final Backlog backlog;
  private final EngineGuard guard;
  private final DeliveryMeters meters;
  private Runnable flush = () -> {};
  private final Map<TopicName, LocalTopic> audiences = new HashMap<>();
  private final List<LocalTopic> waiting = new ArrayList<>();

  /// The size of what waits for the end of the turn.
  private long waitingBytes;

  /// Whether inbox entries or broadcasts wait; `null` for neither.
  private TopicName.@Nullable Kind waitingOfInboxes;

  LoopTopics(
      Loop loop,
      Interest interest,
      int formats,
      Backlog backlog,
      DeliveryMeters meters,
      EngineGuard guard) {
    this.loop = loop;
    this.interest = interest;
    this.formats = formats;
    this.backlog = backlog;
    this.meters = meters;
    this.guard = guard;
  }

  /// Sets a callback that runs on the loop whenever publications wait to be distributed at the end
  /// of its turn. Must be set before the first subscription.
  public void onGathered(Runnable flush) {
    this.flush = flush;
  }

  /// Subscribes from the next publication on, in O(1).
  public Subscription subscribe(TopicName topic, WireFormat format, Subscriber subscriber) {
    LocalTopic localTopic = audiences.get(topic);
    if (localTopic == null) {
      localTopic = begin(topic, noteInterest(topic, format));
    } else if (localTopic.isEmpty(format.index())) {
      noteInterest(topic, format);
    }
    return localTopic.add(format.index(), subscriber);
  }

  /// Whether subscribers of a topic get whatever is stored from now on, see
  /// [InterestListener#opened].
  public CompletableFuture<?> opened(TopicName topic) {
    return interest.opened(topic);
  }

  /// Starts a watching subscription: the publications of the topic come to this loop from now on,
  /// but not yet to the subscriber. Everything before them can be read from the log from now on.
  /// O(1).
  public Subscription watch(TopicName topic, WireFormat format, Subscriber subscriber) {
    long stamp = noteInterest(topic, format);
    LocalTopic localTopic = audiences.get(topic);
    if (localTopic == null) {
      localTopic = begin(topic, stamp);
    }
    return localTopic.watch(format.index(), stamp, subscriber);
  }

  /// The last entry handed to this loop since a watching subscription began: all later entries come
  /// to this loop, and the receipts of all entries up to it have been called.
  ///
  /// @return `null` if there is none
  public @Nullable Position handed(Subscription subscription) {
    return subscription.audience().handed(subscription);
  }

  /// Activates a watching subscription after `head`: the subscriber receives every entry after it,
  /// and none up to it. O(1).
  ///
  /// @param head the offset of the last entry that the subscriber has from the log: it was the
  ///   newest one when it was read, after the subscription began, or is at least [#handed]
  /// @return `false` if entries after `head` have already been handed to this loop; they must be
  ///   read from the log as well, and nothing has changed
  public boolean activate(Subscription subscription, long head) {
    return subscription.audience().activate(subscription, head);
  }

  /// Whether [#activate] would succeed.
  public boolean mayActivate(Subscription subscription, long head) {
    return subscription.audience().mayActivate(head);
  }

  /// The range of entries delivered by a subscription; entries that the subscriber read from the
  /// log are not included. O(1), without bookkeeping per entry.
  ///
  /// @return `null` if there is none
  public @Nullable OffsetRange sent(Subscription subscription) {
    return subscription.audience().sent(subscription);
  }

  /// Ends a subscription immediately, in any state; publications that wait for the end of the turn
  /// are not delivered. No effect if it has ended. O(1).
  public void unsubscribe(Subscription subscription) {
    LocalTopic localTopic = subscription.audience();
    if (localTopic.isEmpty()) {
      return;
    }
    localTopic.remove(subscription);
    if (localTopic.isEmpty()) {
      audiences.remove(localTopic.topic());
      interest.remove(localTopic.topic(), loop.index());
    }
  }

  /// Delivers what has been gathered to the subscribers. Never throws.
  ///
  /// @return the average number of publications of a topic delivered together; 0 if there was
  ///   nothing to deliver
  public int distribute() {
    int topics = waiting.size();
    int publications = 0;
    for (int i = 0; i < topics; i++) {
      LocalTopic localTopic = waiting.get(i);
      try {
        publications += localTopic.distribute(meters);
      } catch (Throwable failure) {
        failed(localTopic, failure);
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

  /// The number of topics with a subscriber on this loop.
  public int size() {
    return audiences.size();
  }

  /// Accepts a batch, with a reference to every buffer in it. Called on the thread of a journal.
  /// Never throws.
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

  /// A batch on its way to the loop. A failed hand-over may still have queued it, so the two sides
  /// agree on who owns it.
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

  /// Tells the subscribers of `topic` that they have missed something. Called on the thread of a
  /// journal. If even that can't be handed to the loop, the gap would go undetected, so the process
  /// ends.
  void handMissed(TopicName topic) {
    try {
      loop.execute(() -> missed(topic));
    } catch (RejectedExecutionException loopHasEnded) {
      // There are no subscribers left to tell.
    } catch (Throwable failure) {
      guard.fatal("telling an event loop that it has missed a publication", failure);
    }
  }

  /// Blocks while the backlog exceeds its bound. Called on the thread of a journal.
  void awaitRoom() {
    backlog.awaitRoom();
  }

  /// The size of the backlog, in bytes. Any thread.
  long backlogBytes() {
    return backlog.bytes();
  }

  /// Tells the subscribers that the log of `topic` has lost its end. Called on the thread of the
  /// journal.
  void handRolledBack(TopicName topic) {
    try {
      loop.execute(() -> rolledBack(topic));
    } catch (RejectedExecutionException loopHasEnded) {
      // There are no subscribers left to tell.
    }
  }

  private void rolledBack(TopicName topic) {
    LocalTopic localTopic = audiences.get(topic);
    if (localTopic != null) {
      tell(localTopic, subscriber -> subscriber.rolledBack(topic));
    }
  }

  private void missed(TopicName topic) {
    LocalTopic localTopic = audiences.get(topic);
    if (localTopic != null) {
      tell(localTopic, subscriber -> subscriber.missed(topic));
    }
  }

  private void failed(LocalTopic localTopic, Throwable failure) {
    guard.caught("the delivery to the subscribers of a topic", failure);
    tell(localTopic, subscriber -> subscriber.missed(localTopic.topic()));
  }

  /// Tells each subscriber, even if another one fails.
  private void tell(LocalTopic localTopic, Consumer<Subscriber> what) {
    for (Subscriber subscriber : localTopic.beginAgain()) {
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

  private LocalTopic begin(TopicName topic, long since) {
    LocalTopic localTopic = new LocalTopic(topic, formats, since);
    audiences.put(topic, localTopic);
    return localTopic;
  }

  private void gather(List<Delivery> batch, long charged) {
    waitingBytes += charged;
    for (int i = 0; i < batch.size(); i++) {
      Delivery delivery = batch.get(i);
      LocalTopic localTopic = audiences.get(delivery.topic());
      if (localTopic == null || localTopic.isYoungerThan(delivery)) {
        delivery.release();
      } else {
        gather(localTopic, delivery);
      }
    }
    flush.run();
  }

  private void gather(LocalTopic localTopic, Delivery delivery) {
    keepOrder(delivery.topic().kind());
    if (localTopic.countGathered()) {
      waiting.add(localTopic);
    }
    try {
      localTopic.gather(delivery);
    } catch (Throwable failure) {
      failed(localTopic, failure);
    }
  }

  /// Delivers gathered broadcasts before inbox entries are gathered, and vice versa.
  private void keepOrder(TopicName.Kind kind) {
    if (kind == TopicName.Kind.INBOX || kind == TopicName.Kind.BROADCASTS) {
      if (waitingOfInboxes != null && waitingOfInboxes != kind) {
        distribute();
      }
      waitingOfInboxes = kind;
    }
  }

  /// The size of publications that were handed to one loop and are not yet delivered to its
  /// subscribers, in bytes. Safe for any thread.
  ///
  /// Beyond the bound a journal waits before it encodes more. Meanwhile it takes nothing from its
  /// queue, and once that is full, publishers are refused with `unavailable`. Loops never wait for
  /// a journal, so a running loop always ends the wait; a stopped loop is detected elsewhere.
  static final class Backlog {
    private final long bound;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// @param bound in bytes; what is handed over at once may exceed it
    Backlog(long bound) {
      this.bound = bound;
    }

    /// The current size.
    long bytes() {
      return bytes.get();
    }

    void charge(long more) {
      bytes.addAndGet(more);
    }

    void giveBack(long less) {
      bytes.addAndGet(-less);
      if (waiting.get() > 0) {
        lock.lock();
        try {
          changed.signalAll();
        } finally {
          lock.unlock();
        }
      }
    }

    /// Blocks while the size exceeds the bound. Must not be called on a loop.
    void awaitRoom() {
      if (bytes.get() <= bound) {
        return;
      }
      waiting.incrementAndGet();
      lock.lock();
      try {
        while (bytes.get() > bound) {
          changed.awaitUninterruptibly();
        }
      } finally {
        lock.unlock();
        waiting.decrementAndGet();
      }
    }
  }
}
