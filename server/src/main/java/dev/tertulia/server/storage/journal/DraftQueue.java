package dev.tertulia.server.storage.journal;

import dev.tertulia.server.topic.Draft;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The drafts that wait for a journal, in order, each with the time at which it was accepted.
/// Bounded; adding and taking allocate nothing. Any thread adds, the thread of the journal takes.
final class DraftQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();

  /// A ring. This and the next three fields are guarded by the lock.
  private final @Nullable Draft[] drafts;

  private final long[] times;
  private int first;
  private int size;

  /// When the draft that was taken last was accepted. Owned by the thread that takes.
  private long accepted;

  /// @param bound the maximum number of drafts
  DraftQueue(int bound) {
    drafts = new Draft[bound];
    times = new long[bound];
  }

  /// Adds a draft.
  ///
  /// @return `false` if the queue is full
  boolean offer(Draft draft) {
    long now = System.nanoTime();
    lock.lock();
    try {
      if (size == drafts.length) {
        return false;
      }
      int at = index(size);
      drafts[at] = draft;
      times[at] = now;
      size++;
      filled.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Removes the first draft.
  ///
  /// @param nanos the maximum time to wait for one
  /// @return `null` if there is none
  @Nullable Draft poll(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (size == 0) {
        if (left <= 0) {
          return null;
        }
        left = filled.awaitNanos(left);
      }
      return take();
    } finally {
      lock.unlock();
    }
  }

  /// Removes the first draft without waiting.
  ///
  /// @return `null` if there is none
  @Nullable Draft poll() {
    lock.lock();
    try {
      return size == 0 ? null : take();
    } finally {
      lock.unlock();
    }
  }

  /// Moves drafts to the end of `batch` without waiting, until that has `most` or none is left.
  ///
  /// @param meters is told when each was accepted
  void drainTo(List<Draft> batch, int most, JournalMeters meters) {
    lock.lock();
    try {
      while (size > 0 && batch.size() < most) {
        Draft draft = take();
        meters.accepted(batch.size(), accepted);
        batch.add(draft);
      }
    } finally {
      lock.unlock();
    }
  }

  private Draft take() {
    Draft draft = Objects.requireNonNull(drafts[first]);
    accepted = times[first];
    drafts[first] = null;
    first = index(1);
    size--;
    return draft;
  }

  /// When the draft that was taken last was accepted, by [System#nanoTime]. For the thread that
  /// takes.
  long accepted() {
    return accepted;
  }

  /// Removes a draft, wherever it is.
  ///
  /// @return `false` if it was taken already
  @SuppressWarnings("ReferenceEquality") // It is this very draft.
  boolean remove(Draft draft) {
    lock.lock();
    try {
      for (int i = 0; i < size; i++) {
        if (drafts[index(i)] == draft) {
          for (int j = i; j < size - 1; j++) {
            drafts[index(j)] = drafts[index(j + 1)];
            times[index(j)] = times[index(j + 1)];
          }
          size--;
          drafts[index(size)] = null;
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    return size() == 0;
  }

  int size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  private int index(int distance) {
    int at = first + distance;
    return at < drafts.length ? at : at - drafts.length;
  }
}
