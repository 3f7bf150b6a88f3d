package dev.tertulia.server.connection;

import java.util.concurrent.atomic.AtomicLong;

/// What may wait in all send queues together, in bytes. Safe for any thread.
///
/// A frame that many queues share is charged in full to each, so the memory that is really held is
/// less. Past the bound every loop closes the slowest of its connections, those for which most is
/// waiting, until it is met again.
public final class SendBudget {
  private final long bound;
  private final AtomicLong used = new AtomicLong();

  /// @param bound in bytes
  public SendBudget(long bound) {
    this.bound = bound;
  }

  void charge(int bytes) {
    used.addAndGet(bytes);
  }

  void giveBack(int bytes) {
    used.addAndGet(-bytes);
  }

  boolean isExceeded() {
    return used.get() > bound;
  }

  /// What waits now, in bytes.
  long used() {
    return used.get();
  }
}
