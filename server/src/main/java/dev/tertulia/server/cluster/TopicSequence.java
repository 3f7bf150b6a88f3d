package dev.tertulia.server.cluster;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The entries of one topic, from all nodes, on their way to this node's subscribers in order of
/// offset. What comes before its turn is held back. Guarded by the [OrderedDelivery] that owns it,
/// but for what is volatile.
///
/// A term and an offset stand for one entry and all before it, in whichever log: a writer that goes
/// on after the database may have lost its end has another term. So an entry [follows][#follows]
/// what was delivered if the one directly before it was delivered last.
final class TopicSequence {
  /// The most signals that are held back; further ones are dropped, being best effort.
  private static final int MOST_SIGNALS = 100;

  /// What an entry takes besides its texts, in bytes, estimated generously.
  private static final int ENTRY_BYTES = 500;

  /// The most runs of entries of one term that are remembered.
  private static final int MOST_RUNS = 64;

  /// The most positions ahead of what was delivered that are remembered.
  private static final int MOST_AHEAD = 16;

  final TopicName topic;

  /// Whether somebody subscribes to it. Changed within `compute` of the map that holds it.
  volatile boolean wanted = true;

  /// Since when nobody does, by the monotonic clock.
  volatile long unwantedSince;

  /// Whether it is known where it began: everything after that is delivered.
  volatile boolean open;

  /// Completed when it is open, or was removed. Replaced when it begins anew.
  private volatile CompletableFuture<?> opened = new CompletableFuture<>();

  /// Whether it was removed.
  boolean removed;

  /// Whether somebody reads the log for it.
  boolean reading;

  /// From when on the relay has been waited for long enough, by the monotonic clock.
  long patientUntil;

  /// How often the log was suspected to have lost what was delivered, and up to which of these it
  /// was read since.
  private long suspicions;

  private long settled;

  /// How often it has begun anew.
  private long beginnings;

  /// The last entry that was delivered; `null` until it is [open][#open].
  private @Nullable Position delivered;

  /// Where runs of entries of one term begin among the latest that were delivered, oldest first.
  private final ArrayDeque<Position> runs = new ArrayDeque<>(1);

  /// Up to where subscribers have read the log, ahead of what was delivered.
  private final TreeMap<Long, Position> ahead = new TreeMap<>();

  /// Up to where the topic is known to reach.
  private long known;

  /// How often that was told.
  private long told;

  /// Up to where the entries of this node have been handed over, after their receipts.
  private long ownUpTo;

  private final TreeMap<Long, Publication> held = new TreeMap<>();
  private final Queue<Publication> signals = new ArrayDeque<>(0);

  TopicSequence(TopicName topic) {
    this.topic = topic;
  }

  /// Completed when it is open, or was removed. Never blocks.
  CompletableFuture<?> opened() {
    return opened;
  }

  /// It is open, or was removed.
  void tellOpened() {
    opened.complete(null);
  }

  /// The last entry that was delivered, of an open one.
  Position delivered() {
    return Objects.requireNonNull(delivered, "it is not open");
  }

  /// Whether entries are missing, or the log may have lost what was delivered.
  boolean isLate() {
    return delivered != null && (delivered.offset() < known || isSuspect());
  }

  /// The log may have lost what was delivered, so it must be read.
  void suspect() {
    suspicions++;
  }

  boolean isSuspect() {
    return settled < suspicions;
  }

  long suspicions() {
    return suspicions;
  }

  /// The log contains what was delivered, as far as was suspected until then.
  void settle(long untilThen) {
    settled = Math.max(settled, untilThen);
  }

  long beginnings() {
    return beginnings;
  }

  boolean isNext(long offset) {
    return delivered != null && offset == delivered.offset() + 1;
  }

  /// Whether an entry comes directly after what was delivered, in the same log.
  boolean follows(Publication next) {
    return isNext(next.storedPosition().offset()) && next.previousTerm() == delivered().term();
  }

  boolean isPast(long offset) {
    return delivered != null && offset <= delivered.offset();
  }

  /// Whether an entry up to the last one was delivered; not if that was too long ago.
  boolean hasDelivered(Position position) {
    Position run = isPast(position.offset()) ? runAt(position.offset()) : null;
    return run != null && run.term() == position.term();
  }

  /// Whether another entry was delivered in the place of one; not if that was too long ago.
  boolean contradicts(Position position) {
    Position run = isPast(position.offset()) ? runAt(position.offset()) : null;
    return run != null && run.term() != position.term();
  }

  /// Where the run begins to which an offset belongs; `null` if that was too long ago.
  private @Nullable Position runAt(long offset) {
    for (Iterator<Position> newestFirst = runs.descendingIterator(); newestFirst.hasNext(); ) {
      Position run = newestFirst.next();
      if (run.offset() <= offset) {
        return run;
      }
    }
    return null;
  }

  /// A subscriber of an open one has read the log up to `end`.
  ///
  /// @return whether what is delivered follows that, or it will be noticed that it does not
  boolean hasRead(Position end) {
    if (isPast(end.offset())) {
      return hasDelivered(end);
    }
    if (wasReadOtherwise(end) || (ahead.size() >= MOST_AHEAD && !ahead.containsKey(end.offset()))) {
      return false;
    }
    ahead.put(end.offset(), end);
    return true;
  }

  /// Whether a subscriber has read another entry in the place of one that comes later.
  boolean wasReadOtherwise(Position position) {
    Position read = ahead.get(position.offset());
    return read != null && !read.equals(position);
  }

  /// The offset up to which any subscriber has read the log; 0 for none ahead of what was
  /// delivered.
  long furthestRead() {
    return ahead.isEmpty() ? 0 : ahead.lastKey();
  }

  /// The offset of the last entry that is held back; 0 for none.
  long lastHeld() {
    return held.isEmpty() ? 0 : held.lastKey();
  }

  /// The topic reaches at least to `offset`.
  void know(long offset) {
    told++;
    known = Math.max(known, offset);
  }

  /// Up to where the topic is known to reach.
  long known() {
    return known;
  }

  /// How often it was told where the topic ends.
  long told() {
    return told;
  }

  /// The log ends at `offset`, whatever was known before.
  void endsAt(long offset) {
    known = held.isEmpty() ? offset : Math.max(offset, held.lastKey());
  }

  void ownUpTo(long offset) {
    ownUpTo = Math.max(ownUpTo, offset);
  }

  /// Whether this node's own entry at `offset` has been handed over after its receipt.
  boolean isOwnSettled(long offset) {
    return offset <= ownUpTo;
  }

  /// Begins after `position`.
  void begin(Position position) {
    delivered = position;
    runs.add(position);
    know(position.offset());
    open = true;
  }

  /// Forgets where it was.
  ///
  /// @return the size of what it held back
  long forget() {
    delivered = null;
    runs.clear();
    ahead.clear();
    settled = suspicions;
    beginnings++;
    ownUpTo = 0;
    open = false;
    if (opened.isDone()) {
      opened = new CompletableFuture<>();
    }
    known = 0;
    signals.clear();
    return drop();
  }

  /// Drops what is held back, which can be read from the log.
  ///
  /// @return its size
  long drop() {
    long bytes = held.values().stream().mapToLong(TopicSequence::bytes).sum();
    held.clear();
    return bytes;
  }

  /// Holds an entry back until its turn comes.
  ///
  /// @param own whether it is of this node: then it replaces one that was told by another
  /// @return the size that is added
  long hold(Publication publication, boolean own) {
    long offset = publication.storedPosition().offset();
    know(offset);
    Publication there = held.get(offset);
    if (there != null && !own) {
      return 0;
    }
    held.put(offset, publication);
    return bytes(publication) - (there == null ? 0 : bytes(there));
  }

  @Nullable Publication firstHeld() {
    return held.isEmpty() ? null : held.firstEntry().getValue();
  }

  /// Removes what is held back at `offset`; `null` if nothing is.
  @Nullable Publication takeHeld(long offset) {
    return held.remove(offset);
  }

  /// The next entry is delivered.
  void advance(Publication publication) {
    delivered = publication.storedPosition();
    if (runs.getLast().term() != delivered.term()) {
      runs.add(delivered);
      if (runs.size() > MOST_RUNS) {
        runs.remove();
      }
    }
    ahead.headMap(delivered.offset(), /* inclusive= */ true).clear();
    know(delivered.offset());
  }

  /// Whether a signal has to wait for entries before it.
  boolean mustWait(Publication signal) {
    return delivered == null
        ? !held.isEmpty()
        : signal.head() > delivered.offset() || !signals.isEmpty();
  }

  void holdSignal(Publication signal) {
    if (signals.size() < MOST_SIGNALS) {
      signals.add(signal);
    }
  }

  /// The next signal whose turn has come; `null` if there is none.
  @Nullable Publication nextSignal() {
    Publication signal = signals.peek();
    return signal == null || delivered == null || signal.head() > delivered.offset()
        ? null
        : signals.remove();
  }

  /// A signal of another node, which comes after what is delivered now.
  Publication placed(Publication signal) {
    return new Publication(
        topic,
        null,
        delivered == null ? 0 : delivered.offset(),
        signal.time(),
        signal.id(),
        signal.entry(),
        signal.except());
  }

  /// About how much memory an entry takes.
  static long bytes(Publication publication) {
    return ENTRY_BYTES
        + switch (publication.entry()) {
          case Entry.Chat chat ->
              2L * chat.message().length() + (chat.data() == null ? 0 : 2L * chat.data().length());
          case Entry.Edit edit -> edit.message() == null ? 0 : 2L * edit.message().length();
          case Entry.Notification notification ->
              2L * notification.message().length()
                  + (notification.data() == null ? 0 : 2L * notification.data().length());
          case Entry.InboxRead read -> 2L * read.ids().stream().mapToLong(String::length).sum();
          case Entry.Deletion _,
              Entry.Reaction _,
              Entry.Revocation _,
              Entry.Unreadable _,
              Entry.Signal _ ->
              0;
        };
  }
}
