package dev.tertulia.server.storage.journal;

import dev.tertulia.server.engine.EngineGuard;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Logs when a disk blocks the writer of a journal for too long, and when it responds again, since
/// the writer itself can't. Has its own thread, which does not access a disk.
public final class StallWatch implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(500);

  private final List<SqlJournal> journals;
  private final EngineGuard guard;
  private final Thread thread;
  private volatile boolean open = true;

  public StallWatch(List<SqlJournal> journals, EngineGuard guard) {
    this.journals = List.copyOf(journals);
    this.guard = guard;
    thread =
        Thread.ofPlatform()
            .name("storage-watch")
            .daemon()
            .uncaughtExceptionHandler(guard)
            .start(this::run);
  }

  private void run() {
    while (open) {
      try {
        journals.forEach(SqlJournal::logStall);
      } catch (Throwable failure) {
        guard.caught("the stall detector of the storage", failure);
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
  }
}
