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

/// Handles failures at the boundaries of the engines of a server, the threads without which it
/// can't answer: event loops, journals, readers. Safe for any thread.
///
/// Code that runs tasks for others catches `Throwable`, completes its bookkeeping, answers the
/// waiting clients with `internal` and reports the failure with [#caught]. The failure is logged
/// with its context, and the engine continues. A failure that can't be survived is reported with
/// [#fatal]; [#caught] does so too if it recognizes one. From then on [#fault] returns the cause,
/// the server is neither live nor ready, and the process ends with [#EXIT_CODE].
///
/// A thread that is [watched][#watch] must not end before it is [released][#release].
public final class EngineGuard implements Thread.UncaughtExceptionHandler {
  /// The exit code of a process that ends because one of its engines can't continue: `EX_SOFTWARE`
  /// of `sysexits.h`.
  public static final int EXIT_CODE = 70;

  /// The same kind of failure of the same work is logged at most once per this time, with the
  /// number of omitted ones.
  private static final long LOG_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /// The maximum number of kinds of failures that are tracked; further kinds are logged each time.
  private static final int MAX_KINDS = 256;

  /// The maximum number of causes of a failure that are examined, because a chain of causes may be
  /// circular.
  private static final int MAX_CAUSES = 16;

  private static final Logger log = LoggerFactory.getLogger(EngineGuard.class);

  private final Consumer<String> end;
  private final LongSupplier nanoClock;
  private final AtomicReference<@Nullable String> fatal = new AtomicReference<>();
  private final Set<Thread> watched = ConcurrentHashMap.newKeySet();
  private final AtomicLong survived = new AtomicLong();
  private final ConcurrentHashMap<Kind, Told> told = new ConcurrentHashMap<>();

  /// The identity of a failure for the rate limit of the log.
  private record Kind(String work, Class<?> failure) {}

  /// @param at when a failure of this kind was last logged
  /// @param omitted how many have not been logged since
  private record Told(long at, int omitted) {}

  /// @param end called once with the cause when the process must end, on the thread that found it,
  ///   so it must not block
  public EngineGuard(Consumer<String> end) {
    this(end, System::nanoTime);
  }

  EngineGuard(Consumer<String> end, LongSupplier nanoClock) {
    this.end = end;
    this.nanoClock = nanoClock;
  }

  /// A guard for uses without a server process, such as benchmarks: it ends nothing.
  public static EngineGuard ofNoProcess() {
    return new EngineGuard(cause -> {});
  }

  /// Reports a failure of a task that an engine ran. Never throws.
  ///
  /// @param work what was being done, for operators; one of a few constant texts
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

  /// Reports that this process can't continue, and ends it. Only the first call has an effect.
  /// Never throws.
  ///
  /// @param cause the cause, for operators
  public void fatal(String cause, @Nullable Throwable failure) {
    if (!fatal.compareAndSet(null, cause)) {
      return;
    }
    try {
      log.error(
          "Fatal error, the process ends with exit code {}, for a supervisor to restart it: {}",
          EXIT_CODE,
          cause,
          failure);
    } catch (Throwable logFails) {
      // There may be no memory for a log line, and the process must end all the same.
    } finally {
      end.accept(cause);
    }
  }

  /// Why this process can't continue; `null` while it can. A watched thread that has ended is such
  /// a cause.
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

  /// Makes the end of `thread` a fatal failure.
  ///
  /// @return `thread`
  public Thread watch(Thread thread) {
    watched.add(thread);
    return thread;
  }

  /// Allows `thread` to end from now on.
  public void release(Thread thread) {
    watched.remove(thread);
  }

  /// Handles failures that no boundary has caught. It is the handler of every thread that the
  /// server starts, and of the process.
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

  /// Whether an engine can continue after `failure` and its causes. After heap exhaustion the state
  /// of the process is unknown. In contrast, direct memory and threads are refused before anything
  /// has happened, a stack overflow unwinds the stack, and a missing class affects only the code
  /// that needs it.
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

  /// Whether `message` is one of those that the JDK uses for limits outside the heap.
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
              ? "{} failed because off-heap memory or threads ran out; the server continues. Raise"
                  + " -XX:MaxDirectMemorySize, or the limit of threads{}"
              : "{} failed because of a bug; the server continues, please report this{}",
          work,
          omitted == 0 ? "" : " (%s more since the last line)".formatted(omitted),
          failure);
    } catch (Throwable logFails) {
      // The engine must not end because a survived failure can't be logged.
    }
  }

  private static boolean isOfMemory(Throwable failure) {
    return failure instanceof OutOfMemoryError || failure.getCause() instanceof OutOfMemoryError;
  }
}
