package dev.tertulia.server.topic;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The size of publications that were handed to one loop and are not yet delivered to its
/// subscribers, in bytes. Safe for any thread.
///
/// Beyond the bound a journal waits before it encodes more. Meanwhile it takes nothing from its
/// queue, and once that is full, publishers are refused with `unavailable`. Loops never wait for a
/// journal, so a running loop always ends the wait; a stopped loop is detected elsewhere.
final class LoopBacklog {
  private final long bound;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /// @param bound in bytes; what is handed over at once may exceed it
  LoopBacklog(long bound) {
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
