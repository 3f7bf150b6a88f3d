package dev.tertulia.server.storage.sql;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.topic.FairQueue;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads that read databases: few platform threads, because SQLite blocks the thread on which
/// it is called.
///
/// Reads wait in a bounded queue; when it is full, they are refused immediately. Any thread may
/// submit.
///
/// Clients are served in turn, so that no client waits for all reads of another. Expensive reads,
/// which may examine many rows, have a separate queue: they use at most half of the threads, and at
/// most one thread per client. So with two threads or more, there are always threads for quick
/// reads.
public final class Readers implements AutoCloseable {
  /// Two cores' worth and some, for a disk that lets one wait.
  public static final int DEFAULT_THREADS = 4;

  /// A crowd that comes back at once, each with something to read.
  public static final int DEFAULT_BOUND = 16_384;

  private static final Logger log = LoggerFactory.getLogger(Readers.class);

  /// The key of reads for the HTTP API, which belong to no client.
  static final String API = "";

  private final ThreadPoolExecutor threads;
  private final EngineGuard guard;
  private final int bound;
  private final int mostDear;

  /// What waits. This and all below is guarded by itself.
  private final FairQueue<Task> quick = new FairQueue<>();

  private final FairQueue<Task> dear = new FairQueue<>();

  /// Whose dear readings run now.
  private final Set<String> readingDear = new HashSet<>();

  private final ThreadGroup group = new ThreadGroup("readers");

  /// @param threads how many read at the same time
  /// @param bound how many readings may wait
  public Readers(int threads, int bound) {
    this(threads, bound, EngineGuard.ofNoProcess());
  }

  /// @param threads how many read at the same time
  /// @param bound how many readings may wait
  /// @param guard receives unexpected failures
  public Readers(int threads, int bound, EngineGuard guard) {
    this.guard = guard;
    this.bound = bound;
    mostDear = Math.max(1, threads / 2);
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task ->
                Thread.ofPlatform()
                    .group(group)
                    .name("reader-" + number.getAndIncrement())
                    .daemon()
                    .uncaughtExceptionHandler(guard)
                    .unstarted(task));
  }

  /// Something that waits.
  private record Task(String whose, boolean dear, Runnable reading) {}

  /// Runs `reading` on one of the threads, when its turn comes. Never waits.
  ///
  /// @param whose who takes turns with the others
  /// @param isDear whether it may have to look at many rows
  /// @return `false` if the queue is full, or closed: it will not run
  public boolean submit(String whose, boolean isDear, Runnable reading) {
    synchronized (quick) {
      if (threads.isShutdown() || quick.size() + dear.size() >= bound) {
        return false;
      }
      (isDear ? dear : quick).add(whose, new Task(whose, isDear, reading));
    }
    next();
    return true;
  }

  /// Has one of the threads look for something to do: once for each reading that is added, and for
  /// each dear one that has ended, for which another may have waited.
  private void next() {
    try {
      threads.execute(this::work);
    } catch (RejectedExecutionException closed) {
      log.debug("the readers are closed");
    }
  }

  private void work() {
    Task task = take();
    if (task == null) {
      return;
    }
    try {
      runCaught(task.reading);
    } finally {
      if (task.dear && ended(task)) {
        next();
      }
    }
  }

  /// Something dear, if nothing of it runs; else what is quick comes first.
  private @Nullable Task take() {
    synchronized (quick) {
      Task task = readingDear.isEmpty() ? null : quick.poll();
      if (task == null && readingDear.size() < mostDear) {
        task = dear.poll(readingDear::contains);
        if (task != null) {
          readingDear.add(task.whose);
        }
      }
      return task == null ? quick.poll() : task;
    }
  }

  /// @return whether something dear waits
  private boolean ended(Task task) {
    synchronized (quick) {
      readingDear.remove(task.whose);
      return dear.size() > 0;
    }
  }

  /// What `reading` gives. On one of the threads it runs at once; any other thread waits for its
  /// turn, so that must not be a loop.
  ///
  /// @throws java.util.concurrent.RejectedExecutionException if the queue is full, or closed
  <T extends @Nullable Object> T read(String whose, boolean isDear, Supplier<T> reading) {
    if (group.equals(Thread.currentThread().getThreadGroup())) {
      return reading.get();
    }
    try {
      return CompletableFuture.supplyAsync(reading, task -> submitOrRefuse(whose, isDear, task))
          .join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void submitOrRefuse(String whose, boolean isDear, Runnable reading) {
    if (!submit(whose, isDear, reading)) {
      throw new RejectedExecutionException("too many reads are in progress");
    }
  }

  /// How many readings wait.
  public int waiting() {
    synchronized (quick) {
      return quick.size() + dear.size();
    }
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

  /// Drops waiting reads, and waits for running ones. Callers of [#read] must have returned by
  /// then.
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(2 * ReadConnection.LONGEST_SECONDS, TimeUnit.SECONDS)) {
        log.warn("A read did not finish in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
