package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.engine.EngineGuard;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Work that runs beside the writer of the journal, on a thread that is started when it is first
/// needed. Calls made while it works, or rests afterwards, are combined into one more run.
///
/// For the writer's thread, or its successor.
public final class BackgroundTask implements AutoCloseable {
  private final String name;
  private final Duration rest;
  private final Runnable work;
  private final EngineGuard guard;
  private volatile boolean open = true;
  private volatile boolean due;

  /// Whether the thread waits for work, and not for the end of its rest.
  private volatile boolean waiting;

  /// `null` until there is something to do. The writer's.
  private @Nullable Thread thread;

  /// @param name of the thread
  /// @param rest how long it does nothing after a piece of work, so that work that comes thick is
  ///   done together
  /// @param work what it throws is reported, and the thread goes on
  public BackgroundTask(String name, Duration rest, Runnable work, EngineGuard guard) {
    this.guard = guard;
    this.name = name;
    this.rest = rest;
    this.work = work;
  }

  /// Has the work done once after this.
  public void wake() {
    due = true;
    if (thread == null) {
      thread =
          Thread.ofPlatform().name(name).daemon().uncaughtExceptionHandler(guard).start(this::run);
    } else if (waiting) {
      LockSupport.unpark(thread);
    }
  }

  /// Whether more work may come. Any thread.
  boolean isOpen() {
    return open;
  }

  /// Waits until what is due has been done.
  @Override
  public void close() {
    open = false;
    if (thread == null) {
      return;
    }
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (open || due) {
      if (due) {
        due = false;
        try {
          work.run();
        } catch (Throwable failure) {
          guard.caught("the thread '" + name + "'", failure);
        }
        rest();
      } else {
        waiting = true;
        if (open && !due) {
          LockSupport.park(this);
        }
        waiting = false;
      }
    }
  }

  private void rest() {
    long end = System.nanoTime() + rest.toNanos();
    for (long left = rest.toNanos(); left > 0 && open; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
    }
  }
}
