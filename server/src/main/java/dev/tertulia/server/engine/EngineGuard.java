package dev.tertulia.server.engine;

import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one policy for failures at the borders of a server's engines, the threads without which it
/// answers nobody: event loops, journals, readers. Safe for any thread.
///
/// Whoever runs work that is not its own catches `Throwable`, finishes its bookkeeping, answers
/// whoever waits with `internal`, and reports what it caught with [#caught]. The failure is logged
/// with its context, and the engine goes on. What can't be survived is reported with [#fatal], by
/// [#caught] too if it recognizes it: from then on [#fault] names the cause, by which the server is
/// neither alive nor ready, and the process is ended with [#EXIT_CODE].
///
/// A thread that is [watched][#watch] must not end before it is [released][#release].
public final class EngineGuard implements Thread.UncaughtExceptionHandler {
  /// The exit code of a process that ends because an engine of it can't go on: `EX_SOFTWARE` of
  /// `sysexits.h`.
  public static final int EXIT_CODE = 70;

  /// The same kind of failure of the same work is logged once in so long, with the number of those
  /// that were not.
  private static final long LOG_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /// The most kinds of failures that are told apart; past it each one is logged.
  private static final int MAX_KINDS = 256;

  /// How many causes of a failure are looked at, so that a circle of them has an end.
  private static final int MAX_CAUSES = 16;

  private static final Logger log = LoggerFactory.getLogger(EngineGuard.class);

  private final Consumer<String> end;
  private final LongSupplier nanoClock;
  private final AtomicReference<@Nullable String> fatal = new AtomicReference<>();
  private final Set<Thread> watched = ConcurrentHashMap.newKeySet();
  private final AtomicLong survived = new AtomicLong();
  private final ConcurrentHashMap<Kind, Told> told = new ConcurrentHashMap<>();

  /// What is logged as the same.
  private record Kind(String work, Class<?> failure) {}

  /// @param at when it was logged
  /// @param omitted how many were not logged since
  private record Told(long at, int omitted) {}

  /// @param end called once, with the cause, when the process must end; on whatever thread met
  ///   that, so it must not wait
  public EngineGuard(Consumer<String> end) {
    this(end, System::nanoTime);
  }

  EngineGuard(Consumer<String> end, LongSupplier nanoClock) {
    this.end = end;
    this.nanoClock = nanoClock;
  }

  /// One for what is no server of its own, as a benchmark: there is nothing to end.
  public static EngineGuard ofNoProcess() {
    return new EngineGuard(cause -> {});
  }

  /// Reports what came out of work that an engine ran. Never throws.
  ///
  /// @param work what was being done, in words for an operator; one of a few constant texts
  public void caught(String work, Throwable failure) {
    if (isSurvivable(failure)) {
      survived.incrementAndGet();
      log(work, failure);
    } else {
      fatal(work + " failed: " + failure, failure);
    }
  }

  /// How many failures have been survived.
  public long survived() {
    return survived.get();
  }

  /// Reports that this process can't go on, and has it ended. Only the first call has that effect.
  /// Never throws.
  ///
  /// @param cause in words for an operator
  public void fatal(String cause, @Nullable Throwable failure) {
    if (!fatal.compareAndSet(null, cause)) {
      return;
    }
    try {
      log.error("Fatal error, the process ends with exit code {}: {}", EXIT_CODE, cause, failure);
    } catch (Throwable logFails) {
      // There may be no memory for a line, and the end must come all the same.
    } finally {
      end.accept(cause);
    }
  }

  /// Why this process can't go on; `null` while it can. A watched thread that has ended is such a
  /// cause.
  public @Nullable String fault() {
    String cause = fatal.get();
    if (cause == null) {
      for (Thread thread : watched) {
        if (thread.getState() == Thread.State.TERMINATED) {
          fatal(ended(thread), null);
          return fatal.get();
        }
      }
    }
    return cause;
  }

  /// Sees to it that the end of `thread` is fatal.
  ///
  /// @return `thread`
  public Thread watch(Thread thread) {
    watched.add(thread);
    return thread;
  }

  /// From here on `thread` may end.
  public void release(Thread thread) {
    watched.remove(thread);
  }

  /// What no border has caught. The handler of every thread that the server starts, and of the
  /// process.
  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    if (watched.contains(thread)) {
      fatal(ended(thread) + ": " + failure, failure);
    } else {
      caught("the thread '" + thread.getName() + "'", failure);
    }
  }

  private static String ended(Thread thread) {
    return "the thread '" + thread.getName() + "' has ended";
  }

  /// Whether an engine can go on after `failure`, and what that was caused by. Where the heap is
  /// full nobody knows what was not done; but direct memory and threads are refused by a bound
  /// before anything has happened, a stack that was too deep is gone, and a class that is missing
  /// concerns those who need it.
  static boolean isSurvivable(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
      boolean survivable =
          switch (cause) {
            case StackOverflowError deep -> true;
            case OutOfDirectMemoryError direct -> true;
            case OutOfMemoryError memory -> isOfBound(String.valueOf(memory.getMessage()));
            case VirtualMachineError broken -> false;
            default -> true;
          };
      if (!survivable) {
        return false;
      }
      cause = cause.getCause();
    }
    return true;
  }

  /// Whether an error with `message` is one of the JDK's for what has a bound beside the heap.
  private static boolean isOfBound(String message) {
    return message.contains("direct buffer memory") || message.contains("native thread");
  }

  private void log(String work, Throwable failure) {
    try {
      Kind kind = new Kind(work, failure.getClass());
      long now = nanoClock.getAsLong();
      Told before = told.get(kind);
      if (before != null && now - before.at < LOG_PAUSE_NANOS) {
        told.computeIfPresent(kind, (same, last) -> new Told(last.at, last.omitted + 1));
        return;
      }
      if (before != null || told.size() < MAX_KINDS) {
        told.put(kind, new Told(now, 0));
      }
      int omitted = before == null ? 0 : before.omitted;
      log.error(
          isOfMemory(failure)
              ? "{} failed because off-heap memory or threads ran out; the server continues{}"
              : "{} failed because of a bug; the server continues, please report this{}",
          work,
          omitted == 0 ? "" : " (%s more since the last line)".formatted(omitted),
          failure);
    } catch (Throwable logFails) {
      // The engine is not to end because what it survived can't be told.
    }
  }

  private static boolean isOfMemory(Throwable failure) {
    return failure instanceof OutOfMemoryError || failure.getCause() instanceof OutOfMemoryError;
  }
}
