package dev.tertulia.server.engine;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Detects engines that have ended or no longer respond: a thread that periodically gives each
/// engine a task and checks whether the previous one was run.
///
/// It counts its own ticks instead of time, so that nothing is detected when all threads were
/// suspended together, as on a suspended machine. An engine that has not responded for
/// [#TICKS_UNTIL_FAULT] ticks is a [#fault] until it responds again; after [#TICKS_UNTIL_END] ticks
/// it is reported as fatal. The end of the watchdog thread itself is detected by others: it is a
/// watched thread of [EngineGuard].
public final class Watchdog implements AutoCloseable {
  /// The number of seconds without a response after which an engine is reported as a fault.
  static final int TICKS_UNTIL_FAULT = 10;

  /// The number of seconds without a response after which the process ends.
  static final int TICKS_UNTIL_END = 60;

  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EngineGuard guard;
  private final List<Engine> engines;
  private final Thread thread = Thread.ofPlatform().name("watchdog").daemon().unstarted(this::run);
  private volatile @Nullable String stalled;
  private volatile boolean open = true;

  /// A watched engine. All fields except `turned` are owned by the watchdog thread.
  private static final class Engine {
    private final String name;
    private final Executor executor;
    private volatile boolean turned = true;
    private int missed;

    Engine(String name, Executor executor) {
      this.name = name;
      this.executor = executor;
    }

    boolean isStalled() {
      return missed >= TICKS_UNTIL_FAULT;
    }
  }

  /// @param engines the executors to watch, by name; each runs its tasks one after the other
  public Watchdog(EngineGuard guard, Map<String, Executor> engines) {
    this.guard = guard;
    this.engines =
        engines.entrySet().stream()
            .map(engine -> new Engine(engine.getKey(), engine.getValue()))
            .toList();
    thread.setUncaughtExceptionHandler(guard);
  }

  /// Starts checking, once a second.
  public void start() {
    guard.watch(thread).start();
  }

  /// The current fault, for operators; `null` for none. Safe for any thread.
  public @Nullable String fault() {
    String fatal = guard.fault();
    return fatal == null ? stalled : fatal;
  }

  Thread thread() {
    return thread;
  }

  /// Stops checking.
  @Override
  public void close() {
    open = false;
    guard.release(thread);
    LockSupport.unpark(thread);
  }

  private void run() {
    while (open) {
      LockSupport.parkNanos(this, TICK_NANOS);
      if (open) {
        tick();
      }
    }
  }

  /// Checks all engines once.
  void tick() {
    engines.forEach(this::look);
    String names =
        engines.stream()
            .filter(Engine::isStalled)
            .map(engine -> engine.name)
            .collect(Collectors.joining(", "));
    String now = names.isEmpty() ? null : names + " does not respond";
    String before = stalled;
    stalled = now;
    if (now != null && !now.equals(before)) {
      log.error(
          "Not live: {}. /health/live fails until it responds again; if it does not, the process"
              + " ends, for a supervisor to restart it",
          now);
    } else if (now == null && before != null) {
      log.info("Live again: all threads respond");
    }
    guard.fault();
  }

  private void look(Engine engine) {
    if (engine.turned) {
      engine.missed = 0;
      engine.turned = false;
      try {
        engine.executor.execute(() -> engine.turned = true);
      } catch (RejectedExecutionException ended) {
        // It will not respond, and counts as missed from the next tick on.
      }
    } else if (++engine.missed == TICKS_UNTIL_END) {
      guard.fatal(
          "%s has not responded for %s seconds".formatted(engine.name, TICKS_UNTIL_END), null);
    }
  }
}
