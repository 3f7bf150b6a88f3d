package dev.tertulia.server.connection;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// What may wait in all send queues together, in bytes. Safe for any thread.
///
/// A frame that many queues share is charged in full to each, so the memory that is really held is
/// less. Past the bound every loop is asked for relief: to close its slowest connections, those for
/// which most is waiting and at least the average of all loops, until the bound is met again.
public final class SendBudget {
  private final long bound;
  private final AtomicLong used = new AtomicLong();
  private final AtomicInteger behind = new AtomicInteger();
  private final List<Runnable> relievers = new CopyOnWriteArrayList<>();

  /// @param bound in bytes
  public SendBudget(long bound) {
    this.bound = bound;
  }

  /// Adds somebody who is called when relief is needed, on the thread of whoever needs it.
  void onExcess(Runnable reliever) {
    relievers.add(reliever);
  }

  /// Takes note of `bytes` more that wait, and calls for relief if that is too much.
  void charge(int bytes) {
    if (used.addAndGet(bytes) > bound) {
      relievers.forEach(Runnable::run);
    }
  }

  void giveBack(int bytes) {
    used.addAndGet(-bytes);
  }

  /// One more connection has something waiting, or one fewer.
  void countBehind(int change) {
    behind.addAndGet(change);
  }

  boolean isExceeded() {
    return used.get() > bound;
  }

  /// What waits now, in bytes.
  long used() {
    return used.get();
  }

  /// What waits now for a connection that is behind, on average, in bytes.
  long average() {
    return used.get() / Math.max(1, behind.get());
  }
}
