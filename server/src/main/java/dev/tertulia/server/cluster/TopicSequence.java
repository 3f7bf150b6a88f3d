package dev.tertulia.server.cluster;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The entries of one topic, from all nodes, on their way to this node's subscribers in order of
/// offset. What comes before its turn is held back. Guarded by the [OrderedDelivery] that owns it,
/// but for what is volatile.
final class TopicSequence {
  /// The most signals that are held back; further ones are dropped, being best effort.
  private static final int MOST_SIGNALS = 100;

  /// What an entry takes besides its texts, in bytes, estimated generously.
  private static final int ENTRY_BYTES = 500;

  final TopicName topic;

  /// Whether somebody subscribes to it. Changed within `compute` of the map that holds it.
  volatile boolean wanted = true;

  /// Since when nobody does, by the monotonic clock.
  volatile long unwantedSince;

  /// Whether it is known where it began: everything after that is delivered.
  volatile boolean open;

  /// Whether it was removed.
  boolean removed;

  /// Whether somebody reads the log for it.
  boolean reading;

  /// From when on the relay has been waited for long enough, by the monotonic clock.
  long patientUntil;

  /// The last entry that was delivered; `null` until it is [open][#open].
  private @Nullable Position delivered;

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

  /// The last entry that was delivered, of an open one.
  Position delivered() {
    return Objects.requireNonNull(delivered, "it is not open");
  }

  /// Whether entries are missing.
  boolean isLate() {
    return delivered != null && delivered.offset() < known;
  }

  boolean isNext(long offset) {
    return delivered != null && offset == delivered.offset() + 1;
  }

  boolean isPast(long offset) {
    return delivered != null && offset <= delivered.offset();
  }

  /// Whether another entry was delivered in the place of one.
  boolean contradicts(Position position) {
    return delivered != null
        && delivered.offset() == position.offset()
        && !delivered.equals(position);
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
    know(position.offset());
    open = true;
  }

  /// Forgets where it was.
  ///
  /// @return the size of what it held back
  long forget() {
    delivered = null;
    open = false;
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
