package dev.tertulia.server.cluster;

import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.SharedLog.Batch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Up to which batch this node knows what the writers of other nodes have changed: one cursor for
/// each of their terms.
///
/// Announcements move a cursor when they follow it without a gap. A gap, or silence, makes this
/// read the rows of the batches after the cursor. Either way every batch of every other node passes
/// here once, and what it has changed is told to the [OrderedDelivery].
///
/// A term that was not known before tells that a writer has opened the database again, maybe
/// another one after a failover: then all topics are verified, at once and [again][#AGAIN], as
/// something of what is lost may still be on its way.
///
/// # Concurrency
///
/// Any thread. What reads from the database runs on the executor, one reading at a time.
final class BatchCursors {
  private static final Logger log = LoggerFactory.getLogger(BatchCursors.class);

  /// After this long without an announcement of a term its batches are read.
  static final long SILENCE = TimeUnit.MILLISECONDS.toNanos(400);

  /// How often the batches of silent terms are read.
  static final long POLL = TimeUnit.MILLISECONDS.toNanos(100);

  /// After this long without anything a term ends that no node is known to have.
  static final long FORGET = TimeUnit.MINUTES.toNanos(10);

  /// After how long all topics are verified again.
  static final List<Long> AGAIN =
      List.of(TimeUnit.SECONDS.toNanos(2), TimeUnit.SECONDS.toNanos(10));

  /// Where a term is.
  private static final class Cursor {
    /// The last batch that was passed on.
    private long seq;

    /// The last batch that is known to exist.
    private long last;

    /// When it was announced last.
    private long heardAt;

    /// When it changed last, or a node was known to have it.
    private long aliveAt;

    Cursor(long seq, long now) {
      this.seq = seq;
      last = seq;
      heardAt = now;
      aliveAt = now;
    }
  }

  private final SharedLog shared;
  private final Consumer<Batch> changed;
  private final Runnable verifyAll;
  private final LongPredicate isOwnTerm;
  private final Executor readers;
  private final LongSupplier nanoTime;
  private final AtomicLong holes = new AtomicLong();

  /// Up to which batch this node's own writers have told what they have committed, by term.
  private final ConcurrentHashMap<Long, Long> own = new ConcurrentHashMap<>();

  /// Guarded by `this`, as is all below.
  private final Map<Long, Cursor> cursors = new HashMap<>();

  /// Run once all that is committed has been read.
  private final List<Runnable> waiting = new ArrayList<>(0);

  private boolean reading;
  private boolean verify;

  /// When all topics are verified again.
  private final Queue<Long> verifyAt = new ArrayDeque<>(AGAIN.size());

  /// Whether the last reading has failed.
  private boolean failing;

  private boolean interrupted = true;
  private long readAt;

  /// @param changed receives each batch of other nodes, in order within a term
  /// @param verifyAll has all topics verified; blocks, and may throw a [LogException]
  /// @param isOwnTerm whether a term is of this node's writers
  /// @param readers run what reads from the database
  BatchCursors(
      SharedLog shared,
      Consumer<Batch> changed,
      Runnable verifyAll,
      LongPredicate isOwnTerm,
      Executor readers,
      LongSupplier nanoTime) {
    this.shared = shared;
    this.changed = changed;
    this.verifyAll = verifyAll;
    this.isOwnTerm = isOwnTerm;
    this.readers = readers;
    this.nanoTime = nanoTime;
    readAt = nanoTime.getAsLong();
  }

  /// Begins with the terms that there are, before anything is tracked. Blocks.
  ///
  /// @throws LogException if the database can't be read
  void begin(Collection<Long> terms) {
    Map<Long, Long> last = shared.lastBatches(terms);
    long now = nanoTime.getAsLong();
    synchronized (this) {
      last.forEach((term, seq) -> cursors.putIfAbsent(term, new Cursor(seq, now)));
    }
  }

  /// A node is known to write with a term, also if it has not announced anything.
  synchronized void alive(long term) {
    if (term != 0 && !isOwnTerm.test(term)) {
      cursor(term).aliveAt = nanoTime.getAsLong();
    }
  }

  /// The database may have lost its end.
  synchronized void mayHaveLost() {
    long now = nanoTime.getAsLong();
    verify = true;
    verifyAt.clear();
    AGAIN.forEach(after -> verifyAt.add(now + after));
  }

  /// Has all batches read that are committed now, those of this node, too. Must not be called by
  /// one who holds the lock of the [OrderedDelivery].
  ///
  /// @param then runs once they have been passed on, on a thread of the readers; if they can't be
  ///   read, they are tried again until they can
  void catchUp(Runnable then) {
    synchronized (this) {
      waiting.add(then);
    }
    look();
  }

  /// This node has committed a batch. What it has changed needs not be read. Never waits.
  void committed(long term, long seq) {
    if (own.put(term, seq) == null) {
      own.keySet().removeIf(other -> !isOwnTerm.test(other));
    }
  }

  private Cursor cursor(long term) {
    Cursor known = cursors.get(term);
    if (known == null) {
      // It began after this node did, so all its batches are news.
      known = new Cursor(0, nanoTime.getAsLong());
      cursors.put(term, known);
      mayHaveLost();
    }
    return known;
  }

  /// A node announces its batches.
  ///
  /// @param after the last batch of its announcement before
  /// @param last its last batch
  /// @param batches those in between, maybe not all
  void announced(long term, long after, long last, List<Batch> batches) {
    if (term == 0 || isOwnTerm.test(term)) {
      return;
    }
    long now = nanoTime.getAsLong();
    synchronized (this) {
      Cursor cursor = cursor(term);
      cursor.heardAt = now;
      cursor.aliveAt = now;
      cursor.last = Math.max(cursor.last, last);
      if (after > cursor.seq) {
        return; // The rows of what was missed are read, and of these.
      }
      for (Batch batch : batches) {
        if (batch.seq() == cursor.seq + 1) {
          cursor.seq++;
          changed.accept(batch);
        }
      }
    }
  }

  /// The relay has been interrupted: nothing is announced.
  synchronized void interrupted() {
    interrupted = true;
  }

  /// The relay works again. What was announced in between was missed.
  synchronized void resumed() {
    interrupted = false;
    readAt = nanoTime.getAsLong() - POLL;
    cursors.values().forEach(cursor -> cursor.heardAt = readAt - SILENCE);
  }

  /// Does what is due. Called some dozen times a second, or more.
  void look() {
    long now = nanoTime.getAsLong();
    Map<Long, Long> asked = new LinkedHashMap<>();
    boolean verifying;
    List<Runnable> then;
    synchronized (this) {
      if (reading) {
        return;
      }
      Long again = verifyAt.peek();
      if (again != null && now - again >= 0) {
        verifyAt.remove();
        verify = true;
      }
      verifying = verify;
      boolean poll = now - readAt >= POLL;
      boolean catching = !waiting.isEmpty() && (poll || !failing);
      then = catching ? List.copyOf(waiting) : List.of();
      cursors.values().removeIf(cursor -> now - cursor.aliveAt > FORGET);
      cursors.forEach((term, cursor) -> {
        boolean silent = interrupted || now - cursor.heardAt >= SILENCE;
        if (cursor.last > cursor.seq || (silent && poll) || catching) {
          asked.put(term, cursor.seq);
        }
      });
      if (catching) {
        asked.putAll(own);
      }
      if (poll) {
        readAt = now;
      }
      if (asked.isEmpty() && !verifying && then.isEmpty()) {
        return;
      }
      verify = false;
      reading = true;
    }
    readers.execute(() -> read(asked, verifying, then));
  }

  private void read(Map<Long, Long> asked, boolean verifying, List<Runnable> then) {
    boolean done = false;
    boolean all = true;
    try {
      if (!asked.isEmpty()) {
        List<Batch> rows = shared.batches(asked);
        found(asked, rows);
        all = rows.size() < SharedLog.MOST_BATCHES;
      }
      if (verifying) {
        verifyAll.run();
      }
      done = true;
    } catch (LogException e) {
      log.debug("The batches of other nodes can't be read", e);
    } finally {
      boolean more;
      synchronized (this) {
        reading = false;
        failing = !done;
        verify |= !done && verifying;
        if (done && all) {
          waiting.removeAll(then);
        }
        more = done && !waiting.isEmpty();
      }
      if (done && all) {
        then.forEach(Runnable::run);
      }
      if (more) {
        look();
      }
    }
  }

  private synchronized void found(Map<Long, Long> asked, List<Batch> rows) {
    long now = nanoTime.getAsLong();
    for (Batch row : rows) {
      Long told = own.get(row.term());
      if (told != null) {
        if (row.seq() > told) {
          own.merge(row.term(), row.seq(), Math::max);
          changed.accept(row);
        }
        continue;
      }
      Cursor cursor = cursors.get(row.term());
      if (cursor == null || row.seq() <= cursor.seq) {
        continue;
      }
      // Old rows are removed after a while: what they told is seen by where the topics end.
      verify |= row.seq() > cursor.seq + 1;
      cursor.seq = row.seq();
      cursor.last = Math.max(cursor.last, row.seq());
      cursor.aliveAt = now;
      holes.incrementAndGet();
      changed.accept(row);
    }
    if (rows.size() < SharedLog.MOST_BATCHES) {
      // What was announced and is not there is lost, or is announced again.
      asked
          .keySet()
          .forEach(term -> {
            Cursor cursor = cursors.get(term);
            if (cursor != null) {
              cursor.last = cursor.seq;
            }
          });
    }
  }

  /// How many batches were read from the database because their announcement was missed.
  long holes() {
    return holes.get();
  }

  /// How many terms of other nodes are followed.
  synchronized int terms() {
    return cursors.size();
  }
}
