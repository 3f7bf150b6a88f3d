package dev.tertulia.server.cluster;

import dev.tertulia.server.topic.InterestListener;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the entries of this node and of all others meet: it hands those of each topic that this
/// node has subscribers of to the tail and the fan-out, in order of offset and without a gap.
///
/// Entries come from three sides: from this node's journals, once their receipts have been told;
/// from other nodes; and from the database, which has them all. What comes before its turn waits a
/// moment for what is missing, which is then read from the database. That a topic has grown is
/// known from announcements and rows of batches, see [BatchCursors]; so what other nodes tell may
/// be lost, late, doubled or false in its order.
///
/// # The seam
///
/// A topic is tracked from its first subscriber on. Where it was then is read from the database
/// *after* it is tracked, and *before* any subscriber reads the log to go live: [#ensureOpen]. So
/// whatever a subscriber does not find in the log is delivered.
///
/// # When the database loses its end
///
/// A failover to a standby that was behind, or a crash, takes entries away and gives their offsets
/// to others. That can't be helped; but nobody who has seen what is gone is left with it. An entry
/// is delivered only if the one directly before it in its log is the one that was delivered last,
/// [TopicSequence#follows], and where subscribers begin is compared in the same way, [#hasRead]. So
/// what is delivered is always of one log. What contradicts it has the log read, and if that does
/// not contain what was delivered or read, subscribers start over. Topics in which nothing happens
/// are compared by [#verifyAll].
///
/// # Concurrency
///
/// Any thread; what is delivered is delivered by one thread at a time, which may wait for the
/// loops. So loops call only [#track], [#release] and [#isOpen], which never wait.
///
/// # Bounds
///
/// What is held back takes at most [#MOST_HELD_BYTES]; beyond it is dropped, and read when its turn
/// comes.
final class OrderedDelivery {
  private static final Logger log = LoggerFactory.getLogger(OrderedDelivery.class);

  /// How long the relay is waited for before what is missing is read from the database.
  static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(20);

  /// How long the database is left alone after a failure.
  static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

  /// How long a topic without subscribers is tracked, so that those who come back find it.
  static final long LINGER = TimeUnit.SECONDS.toNanos(10);

  /// The most that entries that are held back may take, in bytes, as estimated.
  static final long MOST_HELD_BYTES = 16L << 20;

  /// The most entries of a topic that are read at once.
  private static final int PAGE = 500;

  /// Receives what is in order.
  interface Target {
    /// Entries and signals, in order. May wait for the loops.
    void deliver(List<Publication> publications);

    /// What has come while it was not known yet where a topic ends: those who read the log find it
    /// there, and others subscribe from now on. Some may be missing. May wait for the loops.
    void deliverEarly(List<Publication> publications);

    /// The log of `topic` is not what was delivered of it: its subscribers start over.
    void startOver(TopicName topic);

    /// Nothing must be kept of `topic`. Must not wait.
    void forget(TopicName topic);
  }

  private final SharedLog shared;
  private final InboxOrder target;
  private final LongPredicate isOwnTerm;
  private final Executor readers;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<TopicName, TopicSequence> sequences = new ConcurrentHashMap<>();
  private final Openings openings;
  private final InboxLogs inboxes;
  private final AtomicLong filled = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  /// Sequences of which entries are missing. Guarded by `this`, as is all below.
  private final Set<TopicSequence> late = new LinkedHashSet<>();

  private long heldBytes;

  /// @param catchUp see [InboxOrder]: has [#caughtUp] called
  /// @param isOwnTerm whether a term is of this node's writers; any thread
  /// @param readers run what reads from the database
  OrderedDelivery(
      SharedLog shared,
      Target target,
      LongConsumer catchUp,
      LongPredicate isOwnTerm,
      Executor readers,
      LongSupplier nanoTime) {
    this.shared = shared;
    inboxes = new InboxLogs(sequences, late, this::noteLate);
    this.target = new InboxOrder(inboxes, target, catchUp);
    openings = new Openings(shared, this::open, readers, nanoTime);
    this.isOwnTerm = isOwnTerm;
    this.readers = readers;
    this.nanoTime = nanoTime;
  }

  /// See [InboxLogs#committed].
  void committed(Map<TopicName, Long> ends) {
    inboxes.committed(ends);
  }

  /// See [InboxOrder#caughtUp].
  synchronized void caughtUp(long broadcast) {
    target.caughtUp(broadcast);
  }

  /// Somebody subscribes to a topic with entries: everything that is stored in it after this is
  /// delivered. Never waits.
  ///
  /// @return whether it was not tracked before
  boolean track(TopicName topic) {
    TopicSequence[] made = new TopicSequence[1];
    sequences.compute(
        topic,
        (name, known) -> {
          TopicSequence sequence = known;
          if (sequence == null) {
            sequence = new TopicSequence(topic);
            made[0] = sequence;
          }
          sequence.wanted = true;
          return sequence;
        });
    if (made[0] != null) {
      openings.add(made[0]);
    }
    return made[0] != null;
  }

  /// Nobody subscribes to a topic any more. Never waits.
  void release(TopicName topic) {
    sequences.computeIfPresent(
        topic,
        (name, sequence) -> {
          sequence.wanted = false;
          sequence.unwantedSince = nanoTime.getAsLong();
          return sequence;
        });
  }

  /// Whether everything that is stored in a topic is delivered: what is in memory may be read
  /// before going live. Never waits.
  boolean isOpen(TopicName topic) {
    TopicSequence sequence = sequences.get(topic);
    return sequence != null && sequence.open;
  }

  /// Completed when a topic is open, for subscribers that do not read the log: what is stored
  /// before may not be delivered to them. Never waits.
  CompletableFuture<?> opened(TopicName topic) {
    TopicSequence sequence = sequences.get(topic);
    return sequence == null || sequence.open ? InterestListener.OPEN : sequence.opened();
  }

  /// Called before a subscriber reads the log: what it does not find there will be delivered. Reads
  /// from the database if needed.
  ///
  /// @throws LogException if that can't be read
  void ensureOpen(Collection<TopicName> topics) {
    List<TopicName> closed = new ArrayList<>(0);
    for (TopicName topic : topics) {
      TopicSequence sequence = sequences.get(topic);
      if (sequence != null && !sequence.open) {
        closed.add(topic);
      }
    }
    if (!closed.isEmpty()) {
      shared
          .ends(closed)
          .forEach((topic, end) -> {
            TopicSequence sequence = sequences.get(topic);
            if (sequence != null) {
              open(sequence, end);
            }
          });
    }
  }

  /// A subscriber has read the log up to `end`, after [#ensureOpen], and is going to be given what
  /// follows.
  ///
  /// @return `false` if what is delivered does not follow that, as far as is known: then the log
  ///   must be read again
  boolean hasRead(TopicName topic, Position end) {
    TopicSequence sequence = sequences.get(topic);
    if (sequence == null) {
      return true;
    }
    synchronized (this) {
      if (sequence.removed || !sequence.open) {
        return sequence.removed;
      }
      if (sequence.contradicts(end) || sequence.wasReadOtherwise(end)) {
        // One of both is not in the log any more.
        suspect(sequence);
        return false;
      }
      boolean known = sequence.hasRead(end);
      sequence.know(end.offset());
      noteLate(sequence);
      return known;
    }
  }

  private synchronized void open(TopicSequence sequence, Position end) {
    if (sequence.open || sequence.removed) {
      return;
    }
    List<Publication> early = new ArrayList<>(0);
    Publication first;
    while ((first = sequence.firstHeld()) != null
        && first.storedPosition().offset() <= end.offset()) {
      take(sequence, first.storedPosition().offset());
      early.add(first);
    }
    if (!early.isEmpty()) {
      target.deliverEarly(early);
    }
    sequence.begin(end);
    List<Publication> ready = new ArrayList<>(0);
    drain(sequence, ready);
    deliver(ready);
    noteLate(sequence);
    sequence.tellOpened();
  }

  /// What this node's journals hand over, after the receipts. Waits for the loops.
  synchronized void own(List<Publication> batch) {
    List<Publication> ready = new ArrayList<>(batch.size());
    for (Publication publication : batch) {
      TopicSequence sequence = sequences.get(publication.topic());
      Position position = publication.position();
      if (position == null) {
        if (sequence != null && sequence.mustWait(publication)) {
          sequence.holdSignal(publication);
        } else {
          ready.add(publication);
        }
      } else if (sequence != null) {
        sequence.ownUpTo(position.offset());
        inboxes.handedOver(publication.topic(), position.offset());
        offer(sequence, publication, true, ready);
      }
    }
    deliver(ready);
  }

  /// What another node tells about one topic: entries, or signals.
  synchronized void others(TopicName topic, List<Publication> publications) {
    TopicSequence sequence = sequences.get(topic);
    List<Publication> ready = new ArrayList<>(publications.size());
    for (Publication publication : publications) {
      if (publication.position() == null) {
        ready.add(sequence == null ? publication : sequence.placed(publication));
      } else if (sequence != null) {
        offer(sequence, publication, false, ready);
      }
    }
    deliver(ready);
  }

  /// A topic reaches to an offset, as is announced, or written in the row of a batch.
  ///
  /// @param offset 0 if it has changed in another way than by added entries
  void changed(TopicName topic, long offset) {
    TopicSequence sequence = sequences.get(topic);
    if (sequence == null) {
      return;
    }
    if (offset == 0) {
      target.forget(topic);
    }
    synchronized (this) {
      if (offset > 0) {
        sequence.know(offset);
        noteLate(sequence);
      } else if (sequence.open) {
        // Whether what was delivered is still there.
        suspect(sequence);
      }
    }
  }

  /// The log may have lost what was delivered: reads it at once.
  private void suspect(TopicSequence sequence) {
    sequence.suspect();
    noteLate(sequence);
    if (!sequence.reading) {
      sequence.reading = true;
      readers.execute(() -> read(sequence));
    }
  }

  /// What was delivered of all topics may not be in the log any more, or entries may have been
  /// missed: looks where they end. Blocks.
  ///
  /// @throws LogException if that can't be read
  void verifyAll() {
    shared.renew();
    List<TopicName> all = List.copyOf(sequences.keySet());
    for (int i = 0; i < all.size(); i += Openings.MOST_ENDS) {
      shared
          .ends(all.subList(i, Math.min(all.size(), i + Openings.MOST_ENDS)))
          .forEach(this::verify);
    }
  }

  private synchronized void verify(TopicName topic, Position end) {
    TopicSequence sequence = sequences.get(topic);
    if (sequence == null || !sequence.open) {
      return;
    }
    if (!end.equals(sequence.delivered())) {
      // It has grown, or something was delivered since, or it has lost its end: reading shows it.
      sequence.suspect();
      sequence.know(end.offset());
      noteLate(sequence);
    }
  }

  /// A topic is not what it was: its subscribers start over.
  synchronized void startOver(TopicName topic) {
    TopicSequence sequence = sequences.get(topic);
    if (sequence != null) {
      restart(sequence);
    } else {
      target.startOver(topic);
    }
  }

  /// The database has lost its end: nothing that was delivered is certain.
  void startOverAll() {
    sequences.keySet().forEach(this::startOver);
  }

  private void restart(TopicSequence sequence) {
    heldBytes -= sequence.forget();
    late.remove(sequence);
    target.startOver(sequence.topic);
    openings.add(sequence);
  }

  /// Does what is due: reads what is missing for too long. Called some hundred times a second.
  ///
  /// @param unsubscribed receives topics that are no longer tracked, before they can be tracked
  ///   again; must not wait
  void look(Consumer<TopicName> unsubscribed) {
    long now = nanoTime.getAsLong();
    synchronized (this) {
      target.look();
      for (Iterator<TopicSequence> all = late.iterator(); all.hasNext(); ) {
        TopicSequence sequence = all.next();
        if (sequence.removed || !sequence.isLate()) {
          all.remove();
        } else if (!sequence.reading && now - sequence.patientUntil >= 0) {
          sequence.reading = true;
          readers.execute(() -> read(sequence));
        }
      }
    }
    for (TopicSequence sequence : sequences.values()) {
      if (!sequence.wanted && now - sequence.unwantedSince >= LINGER) {
        remove(sequence, unsubscribed);
      }
    }
    openings.next();
  }

  /// Unless somebody has come back meanwhile.
  private void remove(TopicSequence sequence, Consumer<TopicName> unsubscribed) {
    boolean[] removed = new boolean[1];
    sequences.computeIfPresent(
        sequence.topic,
        (topic, there) -> {
          if (there.wanted) {
            return there;
          }
          removed[0] = true;
          // Before anybody can come back and read it.
          target.forget(topic);
          inboxes.forget(topic);
          unsubscribed.accept(topic);
          return null;
        });
    if (removed[0]) {
      synchronized (this) {
        sequence.removed = true;
        heldBytes -= sequence.forget();
        late.remove(sequence);
        sequence.tellOpened();
      }
    }
  }

  /// What a reading of the log began with.
  ///
  /// @param beginnings how often the sequence had begun anew
  /// @param suspicions how often it was suspected
  /// @param told how often it was told where the topic ends
  /// @param after what was delivered
  /// @param lastHeld the last offset of what was held back; 0 for none
  /// @param furthestRead that up to which any subscriber had read; 0 for none
  private record Before(
      long beginnings,
      long suspicions,
      long told,
      Position after,
      long lastHeld,
      long furthestRead) {}

  /// On a thread of the readers.
  private void read(TopicSequence sequence) {
    Before before;
    synchronized (this) {
      if (sequence.removed || !sequence.open) {
        sequence.reading = false;
        return;
      }
      before =
          new Before(
              sequence.beginnings(),
              sequence.suspicions(),
              sequence.told(),
              sequence.delivered(),
              sequence.lastHeld(),
              sequence.furthestRead());
    }
    try {
      found(sequence, before, shared.after(sequence.topic, before.after, PAGE));
    } catch (LogException e) {
      log.debug("What is missing of {} can't be read", sequence.topic.label(), e);
      synchronized (this) {
        sequence.reading = false;
        sequence.patientUntil = nanoTime.getAsLong() + PAUSE;
      }
    }
  }

  /// @param page what the log has after `before.after`; `null` if it does not hold that
  private synchronized void found(TopicSequence sequence, Before before, Log.@Nullable Page page) {
    sequence.reading = false;
    if (sequence.removed || !sequence.open || sequence.beginnings() != before.beginnings) {
      return;
    }
    if (page == null && before.after.equals(sequence.delivered())) {
      restart(sequence);
    } else if (page == null || !isOfOneLog(page, before.after, sequence)) {
      // Something was delivered since that does not go with it.
      sequence.suspect();
      noteLate(sequence);
    } else if (!fill(sequence, before, page)) {
      restart(sequence);
    }
  }

  /// Whether a page, which begins after `after`, contains what was delivered since, or was
  /// delivered since.
  private static boolean isOfOneLog(Log.Page page, Position after, TopicSequence sequence) {
    Position delivered = sequence.delivered();
    return delivered.equals(after)
        || (page.end().offset() <= delivered.offset()
            ? sequence.hasDelivered(page.end())
            : page.entries().stream().anyMatch(entry -> delivered.equals(entry.position())));
  }

  /// @return `false` if a subscriber has read what the log does not contain
  private boolean fill(TopicSequence sequence, Before before, Log.Page page) {
    List<Publication> ready = new ArrayList<>(page.entries().size());
    boolean whole = !page.more();
    // Otherwise the topic may have grown since.
    boolean latest = sequence.told() == before.told;
    for (Publication entry : page.entries()) {
      Position position = entry.storedPosition();
      if (sequence.isPast(position.offset())) {
        continue;
      }
      Publication held = take(sequence, position.offset());
      if (held != null && !held.storedPosition().equals(position)) {
        held = null;
      }
      if (held == null
          && isOwnTerm.test(position.term())
          && !sequence.isOwnSettled(position.offset())) {
        // Its receipt comes first, and then the journal hands it over.
        whole = false;
        break;
      }
      if (sequence.wasReadOtherwise(position)) {
        return false;
      }
      filled.incrementAndGet();
      sequence.advance(entry);
      ready.add(held == null ? entry : held);
    }
    drain(sequence, ready);
    if (whole) {
      if (before.furthestRead > Math.max(page.head(), sequence.delivered().offset())) {
        return false;
      }
      sequence.settle(before.suspicions);
      // What was told before it was read, and is not there, is of a log that has lost its end.
      for (long offset = page.head() + 1; offset <= before.lastHeld; offset++) {
        take(sequence, offset);
      }
      if (latest) {
        sequence.endsAt(Math.max(page.head(), sequence.delivered().offset()));
      }
    }
    deliver(ready);
    sequence.patientUntil = nanoTime.getAsLong() + (page.more() ? 0 : PATIENCE);
    noteLate(sequence);
    return true;
  }

  private void offer(
      TopicSequence sequence, Publication publication, boolean own, List<Publication> ready) {
    Position position = publication.storedPosition();
    long offset = position.offset();
    if (sequence.isPast(offset)) {
      if (sequence.contradicts(position)) {
        // One of both is of a log that has lost its end: reading on shows whether it is ours.
        suspect(sequence);
      }
      return;
    }
    if (sequence.isNext(offset)) {
      take(sequence, offset);
      if (advance(sequence, publication, ready)) {
        drain(sequence, ready);
      }
      return;
    }
    heldBytes += sequence.hold(publication, own);
    if (heldBytes > MOST_HELD_BYTES) {
      dropped.incrementAndGet();
      heldBytes -= sequence.drop();
    }
    noteLate(sequence);
  }

  /// The entry with the next offset is delivered, if it follows.
  private boolean advance(TopicSequence sequence, Publication next, List<Publication> ready) {
    if (!sequence.follows(next) || sequence.wasReadOtherwise(next.storedPosition())) {
      // It can be read from the log, if that contains it.
      sequence.know(next.storedPosition().offset());
      suspect(sequence);
      return false;
    }
    sequence.advance(next);
    ready.add(next);
    return true;
  }

  private @Nullable Publication take(TopicSequence sequence, long offset) {
    Publication held = sequence.takeHeld(offset);
    if (held != null) {
      heldBytes -= TopicSequence.bytes(held);
    }
    return held;
  }

  /// Takes what follows without a gap, and the signals in between.
  private void drain(TopicSequence sequence, List<Publication> ready) {
    while (true) {
      Publication signal = sequence.nextSignal();
      if (signal != null) {
        ready.add(signal);
        continue;
      }
      Publication first = sequence.firstHeld();
      if (first == null || first.storedPosition().offset() > sequence.delivered().offset() + 1) {
        return;
      }
      take(sequence, first.storedPosition().offset());
      if (sequence.isNext(first.storedPosition().offset()) && !advance(sequence, first, ready)) {
        return;
      }
    }
  }

  private void noteLate(TopicSequence sequence) {
    if (sequence.isLate() && late.add(sequence)) {
      sequence.patientUntil = nanoTime.getAsLong() + PATIENCE;
    }
  }

  private void deliver(List<Publication> ready) {
    if (!ready.isEmpty()) {
      target.deliver(ready);
    }
  }

  /// How many entries were read from the database because they had not been told in time.
  long filled() {
    return filled.get();
  }

  /// How often entries that were held back were dropped because they were too many.
  long dropped() {
    return dropped.get();
  }

  /// How many topics are tracked.
  int tracked() {
    return sequences.size();
  }

  /// The size of what is held back, in bytes.
  synchronized long heldBytes() {
    return heldBytes;
  }
}
