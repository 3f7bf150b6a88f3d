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

/// Sees that an engine does not respond any more, or has ended: a thread that gives each one a task
/// now and then, and looks whether the one before was run.
///
/// It counts its own ticks and no time, so that nothing happens when all threads were held up
/// alike, as on a machine that was suspended. An engine that has not turned for
/// [#TICKS_UNTIL_FAULT] ticks is a [#fault], until it turns again; after [#TICKS_UNTIL_END] it is
/// reported as fatal. Whether this thread itself has ended is for others to see: it is watched, and
/// [EngineGuard#fault] tells.
public final class Watchdog implements AutoCloseable {
  /// Past so many seconds in which it has not turned an engine is a fault.
  static final int TICKS_UNTIL_FAULT = 10;

  /// Past so many seconds in which it has not turned an engine is given up.
  static final int TICKS_UNTIL_END = 60;

  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EngineGuard guard;
  private final List<Engine> engines;
  private final Thread thread = Thread.ofPlatform().name("watchdog").daemon().unstarted(this::run);
  private volatile @Nullable String stalled;
  private volatile boolean open = true;

  /// What is to turn. All but `turned` is the watchdog's.
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

  /// @param engines what runs each task that it is given, one after the other; by name
  public Watchdog(EngineGuard guard, Map<String, Executor> engines) {
    this.guard = guard;
    this.engines =
        engines.entrySet().stream()
            .map(engine -> new Engine(engine.getKey(), engine.getValue()))
            .toList();
    thread.setUncaughtExceptionHandler(guard);
  }

  /// Begins to look, once a second.
  public void start() {
    guard.watch(thread).start();
  }

  /// What is wrong, in words for an operator; `null` for nothing. Any thread.
  public @Nullable String fault() {
    String fatal = guard.fault();
    return fatal == null ? stalled : fatal;
  }

  Thread thread() {
    return thread;
  }

  /// Looks no more.
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

  /// Looks once.
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
      log.error("Not live: {}. /health/live fails until it responds again", now);
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
        // It does not respond again, and is counted from here on.
      }
    } else if (++engine.missed == TICKS_UNTIL_END) {
      guard.fatal(
          "%s has not responded for %s seconds".formatted(engine.name, TICKS_UNTIL_END), null);
    }
  }
}
