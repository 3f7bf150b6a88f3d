package dev.tertulia.server.topic;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What was handed to one loop and has not been given to its subscribers, in bytes. Safe for any
/// thread.
///
/// Past the bound a journal waits before it encodes more. Meanwhile it takes nothing from its
/// queue, so that publishers are refused with `unavailable` once that is full. No loop ever waits
/// for a journal, so one that turns always ends the wait; one that has stopped is for others to
/// notice.
final class LoopBacklog {
  private final long bound;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /// @param bound in bytes; what is handed over at once may go past it
  LoopBacklog(long bound) {
    this.bound = bound;
  }

  /// How much there is.
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

  /// Waits until there is no more than the bound. Not for a loop.
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
