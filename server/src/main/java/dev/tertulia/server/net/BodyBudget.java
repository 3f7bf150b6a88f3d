package dev.tertulia.server.net;

import java.util.concurrent.atomic.AtomicLong;

/// What the bodies of requests hold in all that have begun to arrive and are not answered yet, in
/// bytes. Past the bound whoever comes is refused. Safe for any thread.
final class BodyBudget {
  private final AtomicLong used = new AtomicLong();
  private final long bound;

  /// @param bound in bytes
  BodyBudget(long bound) {
    this.bound = bound;
  }

  /// Takes so much, if there is room.
  boolean take(int bytes) {
    if (used.addAndGet(bytes) <= bound) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }
}
