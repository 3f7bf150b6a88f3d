package dev.tertulia.server.connection;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// The memory of all send queues together, in bytes. Safe for any thread.
///
/// A frame shared by several queues is charged in full to each, so the memory in use is smaller.
/// Beyond the bound every loop is asked for relief: to close its slowest connections, those with
/// the most waiting data and at least the average of all loops, until the bound is respected again.
public final class SendBudget {
  private final long bound;
  private final AtomicLong used = new AtomicLong();
  private final AtomicInteger behind = new AtomicInteger();
  private final List<Runnable> relievers = new CopyOnWriteArrayList<>();

  /// @param bound in bytes
  public SendBudget(long bound) {
    this.bound = bound;
  }

  /// Adds a callback for relief, called on the thread that exceeds the bound.
  void onExcess(Runnable reliever) {
    relievers.add(reliever);
  }

  /// Adds `bytes` to what waits, and requests relief beyond the bound.
  void charge(int bytes) {
    if (used.addAndGet(bytes) > bound) {
      relievers.forEach(Runnable::run);
    }
  }

  void giveBack(int bytes) {
    used.addAndGet(-bytes);
  }

  /// Changes the number of connections with waiting data by one.
  void countBehind(int change) {
    behind.addAndGet(change);
  }

  boolean isExceeded() {
    return used.get() > bound;
  }

  /// The number of connections with waiting data.
  public int behind() {
    return behind.get();
  }

  /// The current size, in bytes.
  public long used() {
    return used.get();
  }

  /// The average size for a connection with waiting data, in bytes.
  long average() {
    return used.get() / Math.max(1, behind.get());
  }
}
