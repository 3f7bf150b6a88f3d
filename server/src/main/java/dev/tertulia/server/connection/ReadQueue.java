package dev.tertulia.server.connection;

import dev.tertulia.server.connection.ReaderThreads.Cost;
import dev.tertulia.server.engine.EngineGuard;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The reads requested by one connection, executed one after the other, so that no connection
/// occupies all readers. Owned by the connection's loop.
///
/// The queue is bounded; a page of a replay, of which there is at most one, is never refused. The
/// result of a read for a connection that has ended is dropped.
public final class ReadQueue {
  /// The maximum number of waiting reads.
  static final int MOST_WAITING = 100;

  private final Connection connection;
  private final ReaderThreads readers;
  private final ArrayDeque<Errand<?>> waiting = new ArrayDeque<>(2);
  private boolean busy;
  private boolean ended;

  /// @param readers threads that may block on a disk
  public ReadQueue(Connection connection, ReaderThreads readers) {
    this.connection = connection;
    this.readers = readers;
  }

  /// @param cost the cost of the read
  /// @param read runs on a reader thread
  /// @param then receives the result, on the loop, if the connection is open
  /// @param failed receives the failure, or the reason why the read could not run
  /// @param after runs in any case, once, when nothing of the result is held any more; any thread
  private record Errand<T extends @Nullable Object>(
      Cost cost,
      Supplier<T> read,
      Consumer<T> then,
      Consumer<RuntimeException> failed,
      Runnable after) {
    /// On a reader thread.
    ///
    /// @return the task for the loop
    Runnable run(EngineGuard guard) {
      try {
        T found = read.get();
        return () -> then.accept(found);
      } catch (RuntimeException e) {
        return () -> failed.accept(e);
      } catch (Throwable failure) {
        return () -> {
          guard.caught("a lookup", failure);
          failed.accept(new IllegalStateException("a lookup failed", failure));
        };
      }
    }
  }

  /// Queues a read.
  ///
  /// @return `false` if the queue is full
  public <T extends @Nullable Object> boolean run(
      Cost cost, Supplier<T> read, Consumer<T> then, Consumer<RuntimeException> failed) {
    if (waiting.size() >= MOST_WAITING) {
      return false;
    }
    waiting.add(new Errand<>(cost, read, then, failed, () -> {}));
    next();
    return true;
  }

  /// Reads a page.
  public <T extends @Nullable Object> void page(
      Supplier<T> read, Consumer<T> then, Consumer<RuntimeException> failed, Runnable after) {
    Errand<T> errand = new Errand<>(Cost.QUICK, read, then, failed, after);
    if (ended) {
      after.run();
    } else {
      waiting.add(errand);
      next();
    }
  }

  /// Whether no read is running or waiting.
  public boolean isIdle() {
    return !busy && waiting.isEmpty();
  }

  /// The connection has ended.
  public void end() {
    ended = true;
    waiting.forEach(errand -> errand.after.run());
    waiting.clear();
  }

  private void next() {
    Errand<?> errand = busy ? null : waiting.poll();
    if (errand == null) {
      return;
    }
    busy = true;
    try {
      readers.execute(
          connection.client(), errand.cost, () -> bring(errand, errand.run(connection.guard())));
    } catch (RejectedExecutionException full) {
      connection.executeAnyway(() -> finish(errand, () -> errand.failed.accept(full)));
    }
  }

  /// On a reader thread.
  private void bring(Errand<?> errand, Runnable outcome) {
    if (!connection.executeAnyway(() -> finish(errand, outcome))) {
      errand.after.run();
    }
  }

  private void finish(Errand<?> errand, Runnable outcome) {
    busy = false;
    try {
      if (!ended) {
        outcome.run();
      }
    } finally {
      try {
        errand.after.run();
      } finally {
        next();
      }
    }
  }
}
