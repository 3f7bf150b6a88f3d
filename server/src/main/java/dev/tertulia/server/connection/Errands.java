package dev.tertulia.server.connection;

import dev.tertulia.server.connection.ReaderThreads.Cost;
import dev.tertulia.server.engine.EngineGuard;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What one connection wants to have looked up, one after the other, so that nobody takes all the
/// readers. Owned by the connection's loop.
///
/// A bounded number waits; a page of a replay, of which there is one, is never refused. What is
/// looked up for a connection that has ended meanwhile is forgotten.
final class Errands {
  /// The most that may wait.
  static final int MOST_WAITING = 100;

  private final Connection connection;
  private final ReaderThreads readers;
  private final ArrayDeque<Errand<?>> waiting = new ArrayDeque<>(2);
  private boolean busy;
  private boolean ended;

  /// @param readers where one may wait for a disk
  Errands(Connection connection, ReaderThreads readers) {
    this.connection = connection;
    this.readers = readers;
  }

  /// @param cost of reading it
  /// @param read runs on a reader's thread
  /// @param then takes what it gave, on the loop, if the connection is open
  /// @param failed takes what it threw instead, or why it could not run
  /// @param after runs in any case, once, when nothing of it is held any more; any thread
  private record Errand<T extends @Nullable Object>(
      Cost cost,
      Supplier<T> read,
      Consumer<T> then,
      Consumer<RuntimeException> failed,
      Runnable after) {
    /// On a reader's thread.
    ///
    /// @return what is to be done on the loop
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

  /// Has something looked up.
  ///
  /// @return `false` if too much waits
  <T extends @Nullable Object> boolean run(
      Cost cost, Supplier<T> read, Consumer<T> then, Consumer<RuntimeException> failed) {
    if (waiting.size() >= MOST_WAITING) {
      return false;
    }
    waiting.add(new Errand<>(cost, read, then, failed, () -> {}));
    next();
    return true;
  }

  /// Has a page read.
  <T extends @Nullable Object> void page(
      Supplier<T> read, Consumer<T> then, Consumer<RuntimeException> failed, Runnable after) {
    Errand<T> errand = new Errand<>(Cost.QUICK, read, then, failed, after);
    if (ended) {
      after.run();
    } else {
      waiting.add(errand);
      next();
    }
  }

  /// Whether nothing is being looked up, and nothing waits for that.
  boolean isIdle() {
    return !busy && waiting.isEmpty();
  }

  /// The connection has ended.
  void end() {
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

  /// On a reader's thread.
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
