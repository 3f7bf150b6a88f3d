package dev.tertulia.server.storage;

import dev.tertulia.server.engine.EngineGuard;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads that read databases: few, and of the platform, for SQLite holds the one it is called
/// on.
///
/// What is to be read waits in a queue that is bounded; at the bound it is refused, at once. Any
/// thread submits.
public final class Readers implements AutoCloseable {
  /// Two cores' worth and some, for a disk that lets one wait.
  public static final int DEFAULT_THREADS = 4;

  /// A crowd that comes back at once, each with something to read.
  public static final int DEFAULT_BOUND = 16_384;

  private static final Logger log = LoggerFactory.getLogger(Readers.class);

  private final ThreadPoolExecutor threads;
  private final EngineGuard guard;
  private final ThreadGroup group = new ThreadGroup("readers");

  /// @param threads how many read at the same time
  /// @param bound how many readings may wait
  public Readers(int threads, int bound) {
    this(threads, bound, EngineGuard.ofNoProcess());
  }

  /// @param threads how many read at the same time
  /// @param bound how many readings may wait
  /// @param guard told of failures that are nobody's to expect
  public Readers(int threads, int bound, EngineGuard guard) {
    this.guard = guard;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(bound),
            task ->
                Thread.ofPlatform()
                    .group(group)
                    .name("reader-" + number.getAndIncrement())
                    .daemon()
                    .uncaughtExceptionHandler(guard)
                    .unstarted(task));
  }

  /// Runs `reading` on one of the threads, when its turn comes. Never waits.
  ///
  /// @return `false` if the queue is full, or closed: it will not run
  public boolean submit(Runnable reading) {
    try {
      threads.execute(() -> runCaught(reading));
      return true;
    } catch (RejectedExecutionException fullOrClosed) {
      return false;
    }
  }

  /// What `reading` gives. On one of the threads it runs at once; any other thread waits for its
  /// turn, so that must not be a loop.
  ///
  /// @throws java.util.concurrent.RejectedExecutionException if the queue is full, or closed
  <T extends @Nullable Object> T read(Supplier<T> reading) {
    if (group.equals(Thread.currentThread().getThreadGroup())) {
      return reading.get();
    }
    try {
      return CompletableFuture.supplyAsync(reading, threads).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /// How many readings wait.
  public int waiting() {
    return threads.getQueue().size();
  }

  private void runCaught(Runnable reading) {
    try {
      reading.run();
    } catch (Throwable failure) {
      guard.caught("a reading", failure);
    }
  }

  EngineGuard guard() {
    return guard;
  }

  /// Drops what waits, and waits for what runs. Whoever waits in [#read] must be gone by then.
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(2 * ReadConnection.LONGEST_SECONDS, TimeUnit.SECONDS)) {
        log.warn("A reading has not ended in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
